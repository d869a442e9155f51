import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type Column, DataTable, usePaging } from '../parts/data-table';
import { endOf, FilterBar, startOf, useFilters } from '../parts/filters';
import { Page } from '../parts/layout';
import { CustomerLink, IdLink } from '../parts/links';
import { capital, plainWords } from '../parts/words';
import { api, dataOf, type Schemas } from '../session/api';
import { PAYMENT_COLUMNS } from './invoice/payment-columns';

type Payment = Schemas['PaymentDto'];
type Status = Payment['payment_status'];

const STATUSES: readonly Status[] = [
  'SUCCEEDED',
  'FAILED',
  'PENDING',
  'PROCESSING',
  'INITIATED',
  'OVERPAID',
  'REFUNDED',
  'PARTIALLY_REFUNDED',
];
const FILTERS = ['status', 'how', 'from', 'to', 'reference'] as const;

const COLUMNS: Column<Payment>[] = [
  ...PAYMENT_COLUMNS,
  { head: 'Customer', cell: ({ customer_id: id }) => <CustomerLink id={id} /> },
  {
    head: 'Invoice',
    cell: ({ destination_id: id, invoice_number: number }) =>
      id === null ? (
        '–'
      ) : (
        <IdLink to="/invoices" id={id}>
          {number}
        </IdLink>
      ),
  },
];

/** Charges and what was reported on invoices, the newest first. */
export default function PaymentsPage() {
  const filters = useFilters(FILTERS);
  const paging = usePaging();
  const { limit, offset } = paging;
  const { status, how, from, to, reference } = filters.values;
  const asked = {
    limit,
    offset,
    ...(status && { payment_status: status as Status }),
    ...(how && { payment_method_type: how as Payment['payment_method_type'] }),
    ...(from && { start_time: startOf(from) }),
    ...(to && { end_time: endOf(to) }),
    ...(reference && { gateway_payment_id: reference }),
  };
  const query = useQuery({
    queryKey: ['payments', asked],
    queryFn: () => dataOf(api.GET('/v1/payments', { params: { query: asked } })),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title="Payments">
      <FilterBar
        filters={filters}
        of={[
          {
            name: 'status',
            label: 'State',
            kind: 'choice',
            options: STATUSES.map((one) => [one, capital(plainWords(one))]),
          },
          { name: 'how', label: 'How', kind: 'choice', options: HOW },
          { name: 'from', label: 'From', kind: 'day' },
          { name: 'to', label: 'To', kind: 'day' },
          { name: 'reference', label: 'Reference, or id at the provider', kind: 'text' },
        ]}
      />
      <DataTable
        caption="Payments"
        columns={COLUMNS}
        rowKey={({ id }) => id}
        query={query}
        paging={paging}
        empty="No payment is like that."
      />
    </Page>
  );
}

const HOW = [
  ['CARD', 'By card'],
  ['OFFLINE', 'Reported to us'],
] as const;
