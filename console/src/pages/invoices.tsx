import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { Money } from '../parts/amounts';
import { type Column, DataTable, usePaging } from '../parts/data-table';
import { endOf, FilterBar, startOf, useFilters } from '../parts/filters';
import { Instant } from '../parts/instant';
import { Page } from '../parts/layout';
import { CustomerLink, IdLink } from '../parts/links';
import { api, dataOf, type Schemas } from '../session/api';
import { InvoiceBadge, PAYMENT_CHOICES } from './invoice/invoice-badge';

type Invoice = Schemas['InvoiceDto'];

const FILTERS = ['payment', 'invoice', 'from', 'to', 'customer'] as const;

const COLUMNS: Column<Invoice>[] = [
  { head: 'Invoice', cell: ({ id, invoice_number: number }) => <Link href={`/invoices/${id}`}>{number}</Link> },
  { head: 'State', cell: (invoice) => <InvoiceBadge invoice={invoice} /> },
  { head: 'Total', align: 'end', cell: ({ total, currency }) => <Money value={total} currency={currency} /> },
  {
    head: 'Still to pay',
    align: 'end',
    cell: ({ amount_remaining: left, currency }) => <Money value={left} currency={currency} />,
  },
  { head: 'Customer', cell: ({ customer_id: id }) => <CustomerLink id={id} /> },
  { head: 'Top-up', cell: ({ top_up_id: id }) => (id === null ? '–' : <IdLink to="/top-ups" id={id} />) },
  { head: 'Made', cell: ({ created_at: at }) => <Instant at={at} dayOnly /> },
  { head: 'Due', cell: ({ due_date: at }) => <Instant at={at} dayOnly /> },
  {
    head: 'PDF',
    cell: ({ id, invoice_number: number }) => (
      <a href={`/v1/invoices/${id}/pdf`} target="_blank" rel="noreferrer" aria-label={`PDF of ${number}`}>
        PDF
      </a>
    ),
  },
];

/** Invoices of all customers, the newest first. */
export default function InvoicesPage() {
  const filters = useFilters(FILTERS);
  const paging = usePaging();
  const { limit, offset } = paging;
  const { payment, invoice, from, to, customer } = filters.values;
  const body = {
    limit,
    offset,
    skip_line_items: true,
    ...(payment && { payment_status: [payment as Invoice['payment_status']] }),
    ...(invoice && { invoice_status: [invoice as Invoice['invoice_status']] }),
    ...(from && { start_time: startOf(from) ?? null }),
    ...(to && { end_time: endOf(to) ?? null }),
    ...(customer && { customer_id: customer }),
  };
  const query = useQuery({
    queryKey: ['invoices', body],
    queryFn: () => dataOf(api.POST('/v1/invoices/search', { body })),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title="Invoices">
      <FilterBar
        filters={filters}
        of={[
          { name: 'payment', label: 'Payment', kind: 'choice', options: PAYMENT_CHOICES },
          { name: 'invoice', label: 'Invoice', kind: 'choice', options: INVOICE_CHOICES },
          { name: 'from', label: 'From', kind: 'day' },
          { name: 'to', label: 'To', kind: 'day' },
          { name: 'customer', label: 'Customer id', kind: 'text' },
        ]}
      />
      <DataTable
        caption="Invoices"
        columns={COLUMNS}
        rowKey={({ id }) => id}
        query={query}
        paging={paging}
        empty="No invoice is like that."
      />
    </Page>
  );
}

const INVOICE_CHOICES = [
  ['FINALIZED', 'Valid'],
  ['VOIDED', 'Voided'],
] as const;
