import { useQuery } from '@tanstack/react-query';
import { useParams } from 'wouter';
import { Credits, creditsText, Money, MoneyMinor } from '../parts/amounts';
import { StatusBadge } from '../parts/badge';
import { Copyable } from '../parts/copy';
import { type Column, PlainTable } from '../parts/data-table';
import { Instant } from '../parts/instant';
import { Definitions, Page, Section } from '../parts/layout';
import { CustomerLink, IdLink } from '../parts/links';
import { Found } from '../parts/states';
import { plainWords, reasonWords } from '../parts/words';
import { api, dataOf, type Schemas } from '../session/api';
import { useMay } from '../session/session';
import { ReverseTransaction } from './transaction/reverse-transaction';

type Transaction = Schemas['TransactionDetailDto'];
type Link = Schemas['TransactionLinkDto'];

const KINDS: Record<Link['kind'], string> = {
  grant: 'Made this lot',
  consume: 'Spent from it',
  repay: 'Repaid a debt with it',
  expire: 'Booked off as expired',
  restore: 'Gave back to it',
  void: 'Took back from it',
  transfer: 'Moved to another lot',
};

const LOTS: Column<Link>[] = [
  { head: 'What happened', cell: ({ kind }) => KINDS[kind] },
  { head: 'Credits', align: 'end', cell: ({ credits }) => <Credits value={credits} /> },
  { head: 'Left in it then', align: 'end', cell: ({ remaining_after: left }) => <Credits value={left} /> },
  { head: 'Kind of credits', cell: ({ source }) => (source === 'purchased' ? 'Bought' : 'Free') },
  { head: 'Expires', cell: ({ expires_at: at }) => (at === null ? 'Never' : <Instant at={at} />) },
  { head: 'Came with', cell: ({ lot_id: id }) => <IdLink to="/transactions" id={id} /> },
];

/** One movement of credits, and the lots that it gave to or took from. */
export default function TransactionPage() {
  const { id } = useParams<{ id: string }>();
  const query = useQuery({
    queryKey: ['transactions', id],
    queryFn: () => dataOf(api.GET('/v1/transactions/{id}', { params: { path: { id } } })),
  });
  return <Found query={query}>{(transaction) => <Content transaction={transaction} />}</Found>;
}

function Content({ transaction }: { transaction: Transaction }) {
  const mayWrite = useMay('wallets:write');
  const { type, transaction_reason: reason, credit_amount: credits, links, link_count: count } = transaction;
  return (
    <Page
      title={`${reasonWords(reason)}: ${type === 'debit' ? '−' : '+'}${creditsText(credits)}`}
      actions={mayWrite && <ReverseTransaction transaction={transaction} />}
    >
      <Facts transaction={transaction} />
      <Section title="Lots">
        {links.length === 0 ? (
          <p className="muted">It moved no credits of a lot.</p>
        ) : (
          <PlainTable caption="Lots" columns={LOTS} rowKey={({ lot_id: lot, kind }) => `${lot} ${kind}`} rows={links} />
        )}
        {count > links.length && (
          <p className="muted">
            The first {links.length} of {count}.
          </p>
        )}
      </Section>
    </Page>
  );
}

function Facts({ transaction }: { transaction: Transaction }) {
  const { charged, currency, metadata } = transaction;
  const isGrant = transaction.type === 'credit';
  return (
    <>
      <Definitions
        of={[
          ['State', <StatusBadge key="state" status={transaction.transaction_status} />],
          ['Worth', <Money key="worth" value={transaction.amount} currency={currency} />],
          ['Balance before', <Credits key="before" value={transaction.credit_balance_before} />],
          ['Balance after', <Credits key="after" value={transaction.credit_balance_after} />],
          [
            'Change of debt',
            transaction.debt_change === '0' ? undefined : <Credits key="debt" value={transaction.debt_change} />,
          ],
          ['Left of it', isGrant ? <Credits key="left" value={transaction.credits_available} /> : undefined],
          ['Expires', isGrant ? expiryOf(transaction) : undefined],
          ['When', <Instant key="when" at={transaction.created_at} />],
          ['Customer', <CustomerLink key="customer" id={transaction.customer_id} />],
          ['Wallet', <IdLink key="wallet" to="/wallets" id={transaction.wallet_id} />],
          ['Belongs to', parentOf(transaction)],
          ['Reference', referenceOf(transaction)],
          ['Description', transaction.description || undefined],
          ['Id', <Copyable key="id" text={transaction.id} />],
          ...Object.entries(metadata),
        ]}
      />
      {charged && (
        <Section title="What was charged for it">
          <Definitions
            of={[
              ['In all', <MoneyMinor key="all" minor={charged.charged_minor} currency={charged.currency} />],
              [
                'For the credits',
                <MoneyMinor key="credits" minor={charged.credits_minor} currency={charged.currency} />,
              ],
              ['Fee', <MoneyMinor key="fee" minor={charged.fee_minor} currency={charged.currency} />],
              ['Taxes', <MoneyMinor key="tax" minor={charged.tax_minor} currency={charged.currency} />],
            ]}
          />
        </Section>
      )}
    </>
  );
}

function expiryOf({ expiry_date: at }: Transaction) {
  return at === null ? 'Never' : <Instant at={at} />;
}

function parentOf({ parent_transaction_id: id }: Transaction) {
  return id === null ? undefined : <IdLink to="/transactions" id={id} />;
}

/** What it was booked for: an invoice of ours can be gone to. */
function referenceOf({ reference_type: type, reference_id: id }: Transaction) {
  if (id === '') return undefined;
  if (id.startsWith('inv_')) return <IdLink to="/invoices" id={id} />;
  if (id.startsWith('topup_')) return <IdLink to="/top-ups" id={id} />;
  return `${id}${type ? ` (${plainWords(type)})` : ''}`;
}
