import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { type Column, DataTable, usePaging } from '../../parts/data-table';
import { FilterBar, useFilters } from '../../parts/filters';
import { Instant } from '../../parts/instant';
import { Page } from '../../parts/layout';
import { IdLink } from '../../parts/links';
import { Empty } from '../../parts/states';
import { Tabs } from '../../parts/tabs';
import { api, dataOf, type Schemas } from '../../session/api';
import { DeliveryBadge } from './delivery-badge';
import { EventDialog } from './event-dialog';
import { EVENT_TYPES, type EventType } from './event-types';
import { WEBHOOK_TABS } from './tabs';

type Event = Schemas['WebhookEventDto'];
type Delivery = Schemas['DeliveryDto'];

/** While something is being sent, how it goes is looked at anew. */
const SENDING_MS = 3000;
const TYPES = EVENT_TYPES.map(([type]) => [type, type] as const);

/** What was or will be sent, with what became of it. */
export default function EventsPage() {
  const filters = useFilters(['type', 'wallet', 'event']);
  const paging = usePaging();
  const { limit, offset } = paging;
  const { type, wallet, event: opened } = filters.values;
  const query = useQuery({
    queryKey: ['webhooks', 'events', { type, wallet, limit, offset }],
    queryFn: () =>
      dataOf(
        api.GET('/v1/webhooks/events', {
          params: {
            query: { limit, offset, event_type: (type as EventType) || undefined, wallet_id: wallet || undefined },
          },
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.items.some(isBeingSent) ? SENDING_MS : false),
  });
  // Going to an event and back keeps the place in the list.
  const at = (event: string) => {
    const params = new URLSearchParams(location.search);
    params.set('event', event);
    return `/webhooks?${params.toString()}`;
  };
  const shown = query.data?.items.find(({ id }) => id === opened);
  return (
    <Page title="Webhooks">
      <Tabs label="Webhooks" tabs={WEBHOOK_TABS} />
      <FilterBar
        filters={filters}
        of={[
          { name: 'type', label: 'Event', kind: 'choice', options: TYPES },
          { name: 'wallet', label: 'Id of a wallet', kind: 'text' },
        ]}
      />
      <DataTable
        caption="Events"
        columns={columnsOf(at)}
        rowKey={({ id }) => id}
        query={query}
        paging={paging}
        empty={
          type || wallet ? (
            <Empty title="No such event in the last 30 days." />
          ) : (
            <Empty title="No event yet.">
              Events are written from the first <Link href="/webhooks/endpoints">endpoint</Link> on, and kept for 30
              days.
            </Empty>
          )
        }
      />
      {shown && <EventDialog event={shown} onClose={() => history.back()} />}
    </Page>
  );
}

function DeliveryCounts({ of }: { of: Delivery[] }) {
  if (of.length === 0) return <span className="muted">nowhere to send it</span>;
  const counts = Map.groupBy(of, ({ delivery_status }) => delivery_status);
  return (
    <span className="badges">
      {[...counts].map(([status, { length }]) => (
        <DeliveryBadge key={status} status={status} count={of.length > 1 ? length : undefined} />
      ))}
    </span>
  );
}

function isBeingSent({ deliveries }: Event): boolean {
  return deliveries.some(({ delivery_status }) => delivery_status === 'pending');
}

/** @param at where an event is opened */
function columnsOf(at: (id: string) => string): Column<Event>[] {
  return [
    { head: 'Event', cell: ({ id, event_type }) => <Link href={at(id)}>{event_type}</Link> },
    { head: 'Wallet', cell: ({ wallet_id }) => (wallet_id === '' ? '–' : <IdLink to="/wallets" id={wallet_id} />) },
    { head: 'When', cell: ({ created_at }) => <Instant at={created_at} /> },
    { head: 'Deliveries', cell: ({ deliveries }) => <DeliveryCounts of={deliveries} /> },
  ];
}
