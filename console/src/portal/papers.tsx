import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Credits, Money, MoneyMinor } from '../parts/amounts';
import { StatusBadge } from '../parts/badge';
import { type Column, DataTable, type Paging, usePaging } from '../parts/data-table';
import { Instant } from '../parts/instant';
import { Section } from '../parts/layout';
import { ErrorBox } from '../parts/states';
import { useAction } from '../parts/use-action';
import { dataOf, type Schemas } from '../session/api';
import { download, portalApi } from './portal-api';

type TopUp = Schemas['AccountTopUpDto'];
type Invoice = Schemas['InvoiceDto'];
type UsageDay = Schemas['UsageDayDto'];

const PAGE_SIZE = 10;

const PURCHASES: Column<TopUp>[] = [
  { head: 'When', cell: ({ created_at }) => <Instant at={created_at} /> },
  { head: 'Credits', align: 'end', cell: ({ credits }) => <Credits value={credits} /> },
  {
    head: 'Price',
    align: 'end',
    cell: ({ price, currency_code }) => <MoneyMinor minor={price} currency={currency_code} />,
  },
  { head: 'How', cell: ({ is_automatic }) => (is_automatic ? 'automatically' : 'by you') },
  {
    head: 'State',
    cell: ({ status, detail }) => (
      <span>
        <StatusBadge status={status} />
        {status !== 'succeeded' && detail !== '' && <span className="hint">{detail}</span>}
      </span>
    ),
  },
];

/** What was bought, and how it stands. */
export function Purchases() {
  const paging = usePaging(PAGE_SIZE, 'purchases');
  const purchases = useQuery({
    queryKey: ['portal', 'purchases', paging.offset],
    placeholderData: keepPreviousData,
    queryFn: async () => {
      const query = { page: pageOf(paging), length: PAGE_SIZE };
      const { results, count } = await dataOf(portalApi.GET('/v1/customer/portal/top-ups', { params: { query } }));
      return { items: results, pagination: { total: count, limit: PAGE_SIZE, offset: paging.offset } };
    },
  });
  return (
    <Section title="Purchases">
      <DataTable
        caption="Purchases"
        columns={PURCHASES}
        rowKey={({ id }) => id}
        query={purchases}
        paging={paging}
        empty="You have bought nothing yet."
      />
    </Section>
  );
}

/** Pages of the credits API are counted. */
function pageOf({ offset, limit }: Paging): number {
  return Math.floor(offset / limit) + 1;
}

function invoiceColumns(isSaving: boolean, save: (invoice: Invoice) => void): Column<Invoice>[] {
  return [
    { head: 'Invoice', cell: ({ invoice_number }) => invoice_number },
    { head: 'Date', cell: ({ created_at }) => <Instant at={created_at} dayOnly /> },
    { head: 'Total', align: 'end', cell: ({ total, currency }) => <Money value={total} currency={currency} /> },
    { head: 'State', cell: (invoice) => <StatusBadge status={stateOf(invoice)} /> },
    {
      head: 'PDF',
      cell: (invoice) => (
        <button
          type="button"
          className="quiet"
          aria-label={`Save the PDF of invoice ${invoice.invoice_number}`}
          disabled={isSaving}
          onClick={() => save(invoice)}
        >
          Save
        </button>
      ),
    },
  ];
}

/** What was billed. */
export function Invoices() {
  const paging = usePaging(PAGE_SIZE, 'invoices');
  const invoices = useQuery({
    queryKey: ['portal', 'invoices', paging.offset],
    placeholderData: keepPreviousData,
    queryFn: () =>
      dataOf(portalApi.POST('/v1/customer/portal/invoices', { body: { limit: PAGE_SIZE, offset: paging.offset } })),
  });
  const save = useAction({
    run: ({ id, invoice_number: number }: Invoice) =>
      download(`/v1/customer/portal/invoices/${encodeURIComponent(id)}/pdf`, `${number}.pdf`),
    touches: [],
    done: 'The invoice was saved',
  });
  return (
    <Section title="Invoices">
      <ErrorBox error={save.error} />
      <DataTable
        caption="Invoices"
        columns={invoiceColumns(save.isPending, save.mutate)}
        rowKey={({ id }) => id}
        query={invoices}
        paging={paging}
        empty="There are no invoices yet."
      />
    </Section>
  );
}

function stateOf({ invoice_status: status, payment_status: payment }: Invoice): string {
  if (status === 'VOIDED') return 'void';
  return payment === 'SUCCEEDED' || payment === 'OVERPAID' ? 'paid' : payment.toLowerCase();
}

const DAYS: Column<UsageDay>[] = [
  { head: 'Day (UTC)', cell: ({ day }) => day },
  { head: 'Spent', align: 'end', cell: ({ debited_credits }) => <Credits value={debited_credits} /> },
  { head: 'Given back', align: 'end', cell: ({ reversed_credits }) => <Credits value={reversed_credits} /> },
];

/** What was spent, by day; all movements as a file. */
export function Usage({ hasReport }: { hasReport: boolean }) {
  const usage = useQuery({
    queryKey: ['portal', 'usage'],
    queryFn: async () => {
      const { days } = await dataOf(portalApi.GET('/v1/customer/portal/usage'));
      return { items: days, pagination: { total: days.length, limit: days.length, offset: 0 } };
    },
  });
  const save = useAction({
    run: () => download('/v1/customer/portal/usage/report', 'credits-usage.csv'),
    touches: [],
    done: 'All movements were saved',
  });
  const actions = hasReport && (
    <button type="button" disabled={save.isPending} onClick={() => save.mutate()}>
      Save all as CSV
    </button>
  );
  return (
    <Section title="Usage of the last 30 days" actions={actions}>
      <ErrorBox error={save.error} />
      <DataTable
        caption="Usage by day"
        columns={DAYS}
        rowKey={({ day, wallet_id }) => `${day} ${wallet_id}`}
        query={usage}
        empty="Nothing was spent in the last 30 days."
      />
    </Section>
  );
}
