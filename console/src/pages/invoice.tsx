import { useQuery } from '@tanstack/react-query';
import { useParams } from 'wouter';
import { Credits, Money } from '../parts/amounts';
import { Copyable } from '../parts/copy';
import { type Column, PlainTable } from '../parts/data-table';
import { Instant } from '../parts/instant';
import { Definitions, Figure, Figures, Page, Section } from '../parts/layout';
import { CustomerLink, IdLink } from '../parts/links';
import { Found } from '../parts/states';
import { api, dataOf, type Schemas } from '../session/api';
import { useMay } from '../session/session';
import { InvoiceBadge } from './invoice/invoice-badge';
import { PaymentsOfInvoice } from './invoice/payments-of-invoice';
import { RecordPayment } from './invoice/record-payment';
import { VoidInvoice } from './invoice/void-invoice';

type Invoice = Schemas['InvoiceDto'];
type Line = Schemas['InvoiceLineItemDto'];
type Tax = Schemas['InvoiceTaxDto'];

const LINES: Column<Line>[] = [
  { head: 'What', cell: ({ display_name: name }) => name },
  { head: 'Quantity', align: 'end', cell: ({ quantity }) => quantity },
  {
    head: 'Discount',
    align: 'end',
    cell: ({ line_item_discount: off, currency }) => <Money value={off} currency={currency} />,
  },
  { head: 'Amount', align: 'end', cell: ({ amount, currency }) => <Money value={amount} currency={currency} /> },
];

const TAXES: Column<Tax>[] = [
  { head: 'Tax', cell: ({ metadata }) => metadata['name'] },
  { head: 'Rate', align: 'end', cell: ({ metadata }) => `${metadata['rate_percent']} %` },
  { head: 'On', align: 'end', cell: ({ taxable_amount: on, currency }) => <Money value={on} currency={currency} /> },
  {
    head: 'Amount',
    align: 'end',
    cell: ({ tax_amount: amount, currency }) => <Money value={amount} currency={currency} />,
  },
];

/** One invoice: what it is for, what was paid on it, and what can be done about it. */
export default function InvoicePage() {
  const { id } = useParams<{ id: string }>();
  const query = useQuery({
    queryKey: ['invoices', id],
    queryFn: () => dataOf(api.GET('/v1/invoices/{id}', { params: { path: { id } } })),
  });
  return <Found query={query}>{(invoice) => <Content invoice={invoice} />}</Found>;
}

function Content({ invoice }: { invoice: Invoice }) {
  const mayWrite = useMay('wallets:write');
  const { id, currency } = invoice;
  const money = (value: string) => <Money value={value} currency={currency} />;
  return (
    <Page
      title={`Invoice ${invoice.invoice_number}`}
      actions={
        <>
          <a className="button" href={`/v1/invoices/${id}/pdf`} target="_blank" rel="noreferrer">
            PDF
          </a>
          {mayWrite && <VoidInvoice invoice={invoice} />}
          {mayWrite && <RecordPayment invoice={invoice} />}
        </>
      }
    >
      <p className="standing">
        <InvoiceBadge invoice={invoice} />
        {invoice.description && ` ${invoice.description}`}
      </p>
      <Figures>
        <Figure label="Total">{money(invoice.total)}</Figure>
        <Figure label="Paid">{money(invoice.amount_paid)}</Figure>
        <Figure label="Still to pay">{money(invoice.amount_remaining)}</Figure>
        {invoice.refunded_amount !== '0' && <Figure label="Refunded">{money(invoice.refunded_amount)}</Figure>}
        {invoice.overpaid_amount !== '0' && <Figure label="Paid too much">{money(invoice.overpaid_amount)}</Figure>}
      </Figures>
      <Section title="About it">
        <Definitions
          of={[
            ['Customer', <CustomerLink key="customer" id={invoice.customer_id} />],
            ['Wallet', linkOf('/wallets', invoice.wallet_id)],
            ['Top-up', linkOf('/top-ups', invoice.top_up_id)],
            ['Credits', invoice.credits === null ? undefined : <Credits key="credits" value={invoice.credits} />],
            ['Made', <Instant key="made" at={invoice.created_at} />],
            ['Due', invoice.due_date === null ? undefined : <Instant key="due" at={invoice.due_date} />],
            ['Paid', invoice.paid_at === null ? undefined : <Instant key="paid" at={invoice.paid_at} />],
            ['Voided', invoice.voided_at === null ? undefined : <Instant key="voided" at={invoice.voided_at} />],
            ['Id', <Copyable key="id" text={id} />],
          ]}
        />
      </Section>
      <Section title="What it is for">
        <PlainTable caption="Lines" columns={LINES} rowKey={(line) => line.id} rows={invoice.line_items} />
      </Section>
      {invoice.taxes.length > 0 && (
        <Section title="Taxes">
          <PlainTable caption="Taxes" columns={TAXES} rowKey={(tax) => tax.id} rows={invoice.taxes} />
        </Section>
      )}
      <PaymentsOfInvoice invoiceId={id} />
    </Page>
  );
}

function linkOf(to: string, id: string | null) {
  return id === null ? undefined : <IdLink key={to} to={to} id={id} />;
}
