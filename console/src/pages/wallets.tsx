import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { Credits, Money } from '../parts/amounts';
import { Badge, StatusBadge } from '../parts/badge';
import { type Column, DataTable, usePaging } from '../parts/data-table';
import { FilterBar, useFilters } from '../parts/filters';
import { Page } from '../parts/layout';
import { CustomerLink } from '../parts/links';
import { Empty } from '../parts/states';
import { api, dataOf, type Schemas } from '../session/api';

type Wallet = Schemas['WalletDto'];
type Filter = NonNullable<Schemas['WalletSearchDto']['filters']>[number];

const STATES = [
  ['active', 'Active'],
  ['frozen', 'Frozen'],
  ['closed', 'Closed'],
] as const;
const ALERTS = [
  ['in_alarm', 'Critical'],
  ['warning', 'Warning'],
  ['info', 'Information'],
] as const;

const COLUMNS: Column<Wallet>[] = [
  { head: 'Wallet', cell: ({ id, name }) => <Link href={`/wallets/${id}`}>{name || id}</Link> },
  { head: 'Customer', cell: ({ customer_id }) => <CustomerLink id={customer_id} /> },
  { head: 'State', cell: ({ wallet_status }) => <StatusBadge status={wallet_status} /> },
  { head: 'Credits', align: 'end', cell: ({ credit_balance }) => <Credits value={credit_balance} /> },
  { head: 'On hold', align: 'end', cell: ({ held_credits }) => <Credits value={held_credits} /> },
  { head: 'Worth', align: 'end', cell: ({ balance, currency }) => <Money value={balance} currency={currency} /> },
  { head: 'Automatic top-up', cell: ({ auto_topup: rule }) => <Rule rule={rule} /> },
];

/** Wallets of all customers, the newest first. */
export default function WalletsPage() {
  const filters = useFilters(['name', 'status', 'currency', 'alert']);
  const { name, status, currency, alert } = filters.values;
  const paging = usePaging();
  const { limit, offset } = paging;
  const wallets = useQuery({
    queryKey: ['wallets', { name, status, currency, alert, limit, offset }],
    queryFn: () =>
      dataOf(
        api.POST('/v1/wallets/search', {
          body: {
            limit,
            offset,
            status: STATES.find(([state]) => state === status)?.[0],
            filters: [
              ...filterOf('name', 'contains', name),
              ...filterOf('currency', 'eq', currency.toLowerCase()),
              ...filterOf('alert_state', 'eq', alert),
            ],
          },
        }),
      ),
    placeholderData: keepPreviousData,
  });
  const isNarrowed = name + status + currency + alert !== '';
  return (
    <Page title="Wallets">
      <FilterBar
        filters={filters}
        of={[
          { name: 'name', label: 'Part of a name', kind: 'text' },
          { name: 'currency', label: 'Currency', kind: 'text' },
          { name: 'status', label: 'State', kind: 'choice', options: STATES },
          { name: 'alert', label: 'Alert', kind: 'choice', options: ALERTS },
        ]}
      />
      <DataTable
        caption="Wallets"
        columns={COLUMNS}
        rowKey={({ id }) => id}
        query={wallets}
        paging={paging}
        empty={
          <Empty title={isNarrowed ? 'No wallet is like that.' : 'There are no wallets yet.'}>
            {!isNarrowed && <p>A wallet is made on its customer’s page.</p>}
          </Empty>
        }
      />
    </Page>
  );
}

function filterOf(field: string, operator: 'eq' | 'contains', text: string): Filter[] {
  return text === '' ? [] : [{ field, operator, data_type: 'string', value: { string: text } }];
}

function Rule({ rule }: { rule: Wallet['auto_topup'] }) {
  if (!rule?.enabled) return <span className="muted">off</span>;
  return rule.paused_reason === null ? <Badge tone="good">on</Badge> : <Badge tone="warn">paused</Badge>;
}
