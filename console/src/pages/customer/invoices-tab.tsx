import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { Money } from '../../parts/amounts';
import { StatusBadge } from '../../parts/badge';
import { type Column, DataTable, usePaging } from '../../parts/data-table';
import { Instant } from '../../parts/instant';
import { Figure, Figures, Section } from '../../parts/layout';
import { Found } from '../../parts/states';
import { api, dataOf, type Schemas } from '../../session/api';
import { useMay } from '../../session/session';

type Customer = Schemas['CustomerDto'];
type Invoice = Schemas['InvoiceDto'];

const COLUMNS: Column<Invoice>[] = [
  { head: 'Invoice', cell: ({ id, invoice_number }) => <Link href={`/invoices/${id}`}>{invoice_number}</Link> },
  { head: 'Made', cell: ({ created_at }) => <Instant at={created_at} dayOnly /> },
  { head: 'State', cell: ({ invoice_status, payment_status }) => <State of={invoice_status} paid={payment_status} /> },
  { head: 'Total', align: 'end', cell: ({ total, currency }) => <Money value={total} currency={currency} /> },
  {
    head: 'Paid',
    align: 'end',
    cell: ({ amount_paid, currency }) => <Money value={amount_paid} currency={currency} />,
  },
  {
    head: 'Owed',
    align: 'end',
    cell: ({ amount_remaining, currency }) => <Money value={amount_remaining} currency={currency} />,
  },
  { head: 'Due', cell: ({ due_date }) => <Instant at={due_date} dayOnly /> },
  {
    head: 'PDF',
    align: 'end',
    cell: ({ id, invoice_number }) => (
      <a
        href={`/v1/invoices/${id}/pdf`}
        download={`${invoice_number}.pdf`}
        aria-label={`Invoice ${invoice_number} as PDF`}
      >
        PDF
      </a>
    ),
  },
];

/** What a customer has paid and owes, and each invoice. */
export function InvoicesTab({ customer: { id } }: { customer: Customer }) {
  const paging = usePaging();
  const { limit, offset } = paging;
  const mayRead = useMay('wallets:read');
  const invoices = useQuery({
    queryKey: ['invoices', { customer: id, limit, offset }],
    queryFn: () =>
      dataOf(api.GET('/v1/invoices', { params: { query: { customer_id: id, limit, offset, skip_line_items: true } } })),
    placeholderData: keepPreviousData,
    enabled: mayRead,
  });
  if (!mayRead) return <p>What is invoiced is not shown to this session.</p>;
  return (
    <>
      <Summary customerId={id} />
      <Section title="Invoices">
        <DataTable
          caption="Invoices"
          columns={COLUMNS}
          rowKey={(invoice) => invoice.id}
          query={invoices}
          paging={paging}
          empty="This customer has no invoice."
        />
      </Section>
    </>
  );
}

function Summary({ customerId }: { customerId: string }) {
  const summary = useQuery({
    queryKey: ['invoices', 'summary', customerId],
    queryFn: () => dataOf(api.GET('/v1/customers/{id}/invoices/summary', { params: { path: { id: customerId } } })),
  });
  return (
    <Found query={summary}>
      {({ summaries }) =>
        summaries.map((one) => (
          <Section key={one.currency} title={`In ${one.currency.toUpperCase()}`}>
            <Figures>
              <Figure label="Paid" note={`${one.total_invoice_count} invoices`}>
                <Money value={one.total_revenue_amount} currency={one.currency} />
              </Figure>
              <Figure label="Owed" note={`${one.unpaid_invoice_count} unpaid`}>
                <Money value={one.total_unpaid_amount} currency={one.currency} />
              </Figure>
              <Figure label="Overdue" note={`${one.overdue_invoice_count} past their day`}>
                <Money value={one.total_overdue_amount} currency={one.currency} />
              </Figure>
            </Figures>
          </Section>
        ))
      }
    </Found>
  );
}

function State({ of, paid }: { of: Invoice['invoice_status']; paid: Invoice['payment_status'] }) {
  return <StatusBadge status={(of === 'VOIDED' ? of : paid).toLowerCase()} />;
}
