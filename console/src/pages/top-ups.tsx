import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { MoneyMinor, creditsText } from '../parts/amounts';
import { StatusBadge } from '../parts/badge';
import { type Column, DataTable, usePaging } from '../parts/data-table';
import { endOf, FilterBar, startOf, useFilters } from '../parts/filters';
import { Instant } from '../parts/instant';
import { Page } from '../parts/layout';
import { CustomerLink, IdLink } from '../parts/links';
import { plainWords, TRIGGER_CHOICES, triggerWords } from '../parts/words';
import { api, dataOf, type Schemas } from '../session/api';

type TopUp = Schemas['TopUpResponse'];
type Status = TopUp['status'];

const STATUSES: readonly Status[] = [
  'succeeded',
  'failed',
  'canceled',
  'refunded',
  'created',
  'charging',
  'unknown',
  'processing',
  'requires_action',
  'retry_wait',
  'canceling',
  'refund_due',
  'awaiting_payment',
  'overdue',
];
const FILTERS = ['status', 'trigger', 'customer', 'wallet', 'from', 'to'] as const;

const COLUMNS: Column<TopUp>[] = [
  { head: 'Top-up', cell: ({ id, credits }) => <Link href={`/top-ups/${id}`}>{creditsText(credits)}</Link> },
  {
    head: 'Price',
    align: 'end',
    cell: ({ price_minor: minor, currency }) => <MoneyMinor minor={minor} currency={currency} />,
  },
  { head: 'State', cell: ({ status }) => <StatusBadge status={status} /> },
  { head: 'Customer', cell: ({ customer_id: id }) => <CustomerLink id={id} /> },
  { head: 'Wallet', cell: ({ wallet_id: id }) => <IdLink to="/wallets" id={id} /> },
  { head: 'Why', cell: ({ trigger }) => triggerWords(trigger) },
  { head: 'Decided', cell: ({ created_at: at }) => <Instant at={at} /> },
];

/** Purchases of all wallets, the newest first. */
export default function TopUpsPage() {
  const filters = useFilters(FILTERS);
  const paging = usePaging();
  const { limit, offset } = paging;
  const { status, trigger, customer, wallet, from, to } = filters.values;
  const asked = {
    limit,
    offset,
    ...(status && { status: status as Status }),
    ...(trigger && { trigger: trigger as 'manual' }),
    ...(customer && { customer_id: customer }),
    ...(wallet && { wallet_id: wallet }),
    ...(from && { start_time: startOf(from) }),
    ...(to && { end_time: endOf(to) }),
  };
  const query = useQuery({
    queryKey: ['top-ups', asked],
    queryFn: () => dataOf(api.GET('/v1/top-ups', { params: { query: asked } })),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title="Top-ups">
      <FilterBar
        filters={filters}
        of={[
          { name: 'status', label: 'State', kind: 'choice', options: STATUSES.map((one) => [one, plainWords(one)]) },
          { name: 'trigger', label: 'Why', kind: 'choice', options: TRIGGER_CHOICES },
          { name: 'from', label: 'From', kind: 'day' },
          { name: 'to', label: 'To', kind: 'day' },
          { name: 'customer', label: 'Customer id', kind: 'text' },
          { name: 'wallet', label: 'Wallet id', kind: 'text' },
        ]}
      />
      <DataTable
        caption="Top-ups"
        columns={COLUMNS}
        rowKey={({ id }) => id}
        query={query}
        paging={paging}
        empty="No top-up is like that."
      />
    </Page>
  );
}
