import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { Credits, Money } from '../../parts/amounts';
import { StatusBadge } from '../../parts/badge';
import { type Column, DataTable, usePaging } from '../../parts/data-table';
import { endOf, FilterBar, type Filters, startOf, useFilters } from '../../parts/filters';
import { Instant } from '../../parts/instant';
import { Section } from '../../parts/layout';
import { Empty } from '../../parts/states';
import { useAuthors } from '../../parts/use-authors';
import { REASON_CHOICES, reasonWords } from '../../parts/words';
import { api, dataOf, type Schemas } from '../../session/api';
import { useMay } from '../../session/session';
import { isReversible, ReverseDialog } from './reverse-dialog';

type Wallet = Schemas['WalletDto'];
type Transaction = Schemas['TransactionDto'];

const NAMES = ['type', 'reason', 'status', 'from', 'to'] as const;
type Name = (typeof NAMES)[number];
const TYPES = [
  ['credit', 'Credits'],
  ['debit', 'Debits'],
] as const;
const STATES = [
  ['completed', 'Completed'],
  ['pending', 'Pending'],
  ['failed', 'Failed'],
] as const;

/** Every movement, the newest first, and the statement to take away. */
export function TransactionsTab({ wallet }: { wallet: Wallet }) {
  const paging = usePaging();
  const filters = useFilters<Name>(NAMES);
  const transactions = useTransactions(wallet.id, filters, paging);
  const authorOf = useAuthors(transactions.data?.items.map(({ created_by }) => created_by) ?? []);
  const mayWrite = useMay('wallets:write');
  const isNarrowed = NAMES.some((name) => filters.values[name] !== '');
  return (
    <Section title="Transactions" actions={<StatementLink walletId={wallet.id} filters={filters} />}>
      <FilterBar
        filters={filters}
        of={[
          { name: 'type', label: 'Kind', kind: 'choice', options: TYPES },
          { name: 'reason', label: 'Reason', kind: 'choice', options: REASON_CHOICES },
          { name: 'status', label: 'State', kind: 'choice', options: STATES },
          { name: 'from', label: 'From', kind: 'day' },
          { name: 'to', label: 'To', kind: 'day' },
        ]}
      />
      <DataTable
        caption="Transactions"
        columns={columnsOf(authorOf, mayWrite && wallet.wallet_status !== 'closed')}
        rowKey={({ id }) => id}
        query={transactions}
        paging={paging}
        empty={<Empty title={isNarrowed ? 'No transaction is like that.' : 'Nothing has moved here yet.'} />}
      />
    </Section>
  );
}

function useTransactions(id: string, { values }: Filters<Name>, page: { limit: number; offset: number }) {
  const { limit, offset } = page;
  const query = {
    limit,
    offset,
    type: (values.type || undefined) as Transaction['type'] | undefined,
    transaction_reason: (values.reason || undefined) as Transaction['transaction_reason'] | undefined,
    transaction_status: (values.status || undefined) as Transaction['transaction_status'] | undefined,
    start_time: startOf(values.from),
    end_time: endOf(values.to),
  };
  return useQuery({
    queryKey: ['wallets', id, 'transactions', query],
    queryFn: () => dataOf(api.GET('/v1/wallets/{id}/transactions', { params: { path: { id }, query } })),
    placeholderData: keepPreviousData,
  });
}

function columnsOf(authorOf: (id: string) => string, mayWrite: boolean): Column<Transaction>[] {
  return [
    { head: 'When', cell: ({ created_at }) => <Instant at={created_at} /> },
    { head: 'What', cell: (transaction) => <What transaction={transaction} /> },
    { head: 'Credits', align: 'end', cell: (transaction) => <Moved transaction={transaction} /> },
    { head: 'Worth', align: 'end', cell: ({ amount, currency }) => <Money value={amount} currency={currency} /> },
    {
      head: 'Balance then',
      align: 'end',
      cell: ({ credit_balance_after }) => <Credits value={credit_balance_after} />,
    },
    { head: 'State', cell: ({ transaction_status }) => <StatusBadge status={transaction_status} /> },
    { head: 'Expires', cell: (transaction) => <Dated transaction={transaction} /> },
    { head: 'By', cell: ({ created_by }) => authorOf(created_by) },
    ...(mayWrite
      ? [{ head: 'Actions', align: 'end' as const, cell: (one: Transaction) => <Reverse transaction={one} /> }]
      : []),
  ];
}

function What({ transaction }: { transaction: Transaction }) {
  const { id, transaction_reason: reason, description, reference_type: type, reference_id: reference } = transaction;
  return (
    <div className="stacked">
      <Link href={`/transactions/${id}`}>{reasonWords(reason)}</Link>
      {description !== '' && <span>{description}</span>}
      {reference !== '' && reference !== id && (
        <span className="muted">
          {type.toLowerCase()} <code>{reference}</code>
        </span>
      )}
    </div>
  );
}

function Moved({ transaction: { type, credit_amount: credits } }: { transaction: Transaction }) {
  return (
    <span className="amount">
      {type === 'credit' ? '+' : '−'}
      <Credits value={credits} />
    </span>
  );
}

function Dated({ transaction: { expiry_date: at, priority } }: { transaction: Transaction }) {
  return (
    <div className="stacked">
      <Instant at={at} dayOnly />
      {priority !== null && <span className="muted amount">priority {priority}</span>}
    </div>
  );
}

function Reverse({ transaction }: { transaction: Transaction }) {
  const [isOpen, setOpen] = useState(false);
  if (!isReversible(transaction)) return null;
  return (
    <>
      <button type="button" className="quiet" onClick={() => setOpen(true)}>
        Reverse
      </button>
      {isOpen && <ReverseDialog transaction={transaction} onClose={() => setOpen(false)} />}
    </>
  );
}

/** The same days as the list, whatever it is narrowed to besides. */
function StatementLink({ walletId, filters: { values } }: { walletId: string; filters: Filters<Name> }) {
  const query = new URLSearchParams({ format: 'csv' });
  const [from, to] = [startOf(values.from), endOf(values.to)];
  if (from !== undefined) query.set('from', from);
  if (to !== undefined) query.set('to', to);
  return (
    <a className="button" href={`/v1/wallets/${walletId}/statement?${query}`} download={`statement-${walletId}.csv`}>
      {from === undefined && to === undefined ? 'Statement as CSV' : 'Statement of these days as CSV'}
    </a>
  );
}
