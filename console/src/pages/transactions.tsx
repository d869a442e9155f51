import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { Credits, Money } from '../parts/amounts';
import { StatusBadge } from '../parts/badge';
import { type Column, DataTable, usePaging } from '../parts/data-table';
import { endOf, FilterBar, startOf, useFilters } from '../parts/filters';
import { Instant } from '../parts/instant';
import { Page } from '../parts/layout';
import { CustomerLink, IdLink } from '../parts/links';
import { REASON_CHOICES, reasonWords } from '../parts/words';
import { api, dataOf, type Schemas } from '../session/api';

type Transaction = Schemas['TransactionDto'];
type Search = Schemas['TransactionSearchDto'];

const FILTERS = ['type', 'reason', 'status', 'from', 'to', 'customer', 'wallet'] as const;

const COLUMNS: Column<Transaction>[] = [
  {
    head: 'Transaction',
    cell: ({ id, transaction_reason: reason }) => <Link href={`/transactions/${id}`}>{reasonWords(reason)}</Link>,
  },
  {
    head: 'Credits',
    align: 'end',
    cell: ({ type, credit_amount: credits }) => <Credits value={`${type === 'debit' ? '-' : '+'}${credits}`} />,
  },
  { head: 'Worth', align: 'end', cell: ({ amount, currency }) => <Money value={amount} currency={currency} /> },
  { head: 'Balance after', align: 'end', cell: ({ credit_balance_after: after }) => <Credits value={after} /> },
  { head: 'State', cell: ({ transaction_status: status }) => <StatusBadge status={status} /> },
  { head: 'Customer', cell: ({ customer_id: id }) => <CustomerLink id={id} /> },
  { head: 'Wallet', cell: ({ wallet_id: id }) => <IdLink to="/wallets" id={id} /> },
  { head: 'When', cell: ({ created_at: at }) => <Instant at={at} /> },
];

/** What moved credits in all wallets, the newest first. */
export default function TransactionsPage() {
  const filters = useFilters(FILTERS);
  const paging = usePaging();
  const { limit, offset } = paging;
  const body: Search = { limit, offset, ...searchOf(filters.values) };
  const query = useQuery({
    queryKey: ['transactions', body],
    queryFn: () => dataOf(api.POST('/v1/wallets/transactions/search', { body })),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title="Transactions">
      <FilterBar
        filters={filters}
        of={[
          { name: 'type', label: 'Direction', kind: 'choice', options: DIRECTIONS },
          { name: 'reason', label: 'What for', kind: 'choice', options: REASON_CHOICES },
          { name: 'status', label: 'State', kind: 'choice', options: STATES },
          { name: 'from', label: 'From', kind: 'day' },
          { name: 'to', label: 'To', kind: 'day' },
          { name: 'customer', label: 'Customer id', kind: 'text' },
          { name: 'wallet', label: 'Wallet id', kind: 'text' },
        ]}
      />
      <DataTable
        caption="Transactions"
        columns={COLUMNS}
        rowKey={({ id }) => id}
        query={query}
        paging={paging}
        empty="No transaction is like that."
      />
    </Page>
  );
}

const DIRECTIONS = [
  ['credit', 'In'],
  ['debit', 'Out'],
] as const;
const STATES = [
  ['completed', 'Completed'],
  ['pending', 'Pending'],
  ['failed', 'Failed'],
] as const;

function searchOf(values: Record<(typeof FILTERS)[number], string>): Search {
  const { type, reason, status, from, to, customer, wallet } = values;
  return {
    ...(type && { type: type as Transaction['type'] }),
    ...(reason && { transaction_reason: reason as Transaction['transaction_reason'] }),
    ...(status && { transaction_status: status as Transaction['transaction_status'] }),
    ...(from && { start_time: startOf(from) ?? null }),
    ...(to && { end_time: endOf(to) ?? null }),
    ...(wallet && { id: wallet }),
    ...(customer && {
      filters: [{ field: 'customer_id', operator: 'eq', data_type: 'string', value: { string: customer } }],
    }),
  };
}
