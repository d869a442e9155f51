import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Credits } from '../../parts/amounts';
import { Badge, type Tone } from '../../parts/badge';
import { type Column, DataTable, usePaging } from '../../parts/data-table';
import { Instant } from '../../parts/instant';
import { Section } from '../../parts/layout';
import { api, dataOf, type Schemas } from '../../session/api';

type Alert = Schemas['AlertLogDto'];

const STATES: Readonly<Record<Alert['alert_status'], readonly [words: string, Tone]>> = {
  ok: ['fine again', 'good'],
  info: ['information', 'info'],
  warning: ['warning', 'warn'],
  in_alarm: ['critical', 'bad'],
};

const COLUMNS: Column<Alert>[] = [
  { head: 'When', cell: ({ created_at }) => <Instant at={created_at} /> },
  { head: 'State', cell: ({ alert_status }) => <AlertBadge state={alert_status} /> },
  {
    head: 'Of',
    cell: ({ alert_type: type }) => (type === 'low_credit_balance' ? 'What is posted' : 'What can be spent'),
  },
  { head: 'Credits then', align: 'end', cell: ({ alert_info }) => <Credits value={alert_info.value_at_time} /> },
];

/** How a balance stands to its thresholds. */
export function AlertBadge({ state }: { state: Alert['alert_status'] }) {
  const [words, tone] = STATES[state];
  return <Badge tone={tone}>{words}</Badge>;
}

/** When the balance has crossed a threshold. */
export function AlertHistory({ walletId }: { walletId: string }) {
  const paging = usePaging(10);
  const { limit, offset } = paging;
  const alerts = useQuery({
    queryKey: ['wallets', walletId, 'alerts', { limit, offset }],
    queryFn: () =>
      dataOf(api.POST('/v1/alerts/search', { body: { entity_type: 'wallet', entity_id: walletId, limit, offset } })),
    placeholderData: keepPreviousData,
  });
  return (
    <Section title="Alerts so far">
      <DataTable
        caption="Alerts"
        columns={COLUMNS}
        rowKey={({ id }) => id}
        query={alerts}
        paging={paging}
        empty="The balance has crossed no threshold."
      />
    </Section>
  );
}
