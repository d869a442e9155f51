import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Credits } from '../../parts/amounts';
import { StatusBadge } from '../../parts/badge';
import { type Column, DataTable, usePaging } from '../../parts/data-table';
import { FilterBar, useFilters } from '../../parts/filters';
import { Instant } from '../../parts/instant';
import { Section } from '../../parts/layout';
import { Empty } from '../../parts/states';
import { api, dataOf, type Schemas } from '../../session/api';
import { useMay } from '../../session/session';
import { CaptureDialog, ReleaseDialog } from './hold-dialogs';

type Wallet = Schemas['WalletDto'];
type Hold = Schemas['HoldDto'];

const STATES = [
  ['open', 'Open'],
  ['captured', 'Captured'],
  ['released', 'Released'],
  ['expired', 'Expired'],
] as const;

const COLUMNS: Column<Hold>[] = [
  {
    head: 'What for',
    cell: ({ description, purpose, id }) =>
      description || (purpose === 'dispute' ? 'A disputed payment' : <code>{id}</code>),
  },
  { head: 'State', cell: ({ status }) => <StatusBadge status={status} /> },
  { head: 'Reserved', align: 'end', cell: ({ credits }) => <Credits value={credits} /> },
  { head: 'Charged', align: 'end', cell: ({ captured }) => <Credits value={captured} /> },
  { head: 'Still on hold', align: 'end', cell: ({ held }) => <Credits value={held} /> },
  { head: 'Made', cell: ({ created_at }) => <Instant at={created_at} /> },
  { head: 'Given back', cell: ({ expires_at }) => <Instant at={expires_at} /> },
];

const ACTIONS: Column<Hold> = { head: 'Actions', align: 'end', cell: (hold) => <HoldActions hold={hold} /> };

/** What is reserved, and for how long. */
export function HoldsTab({ wallet }: { wallet: Wallet }) {
  const { id } = wallet;
  const paging = usePaging();
  const { limit, offset } = paging;
  const filters = useFilters(['status']);
  const status = STATES.find(([state]) => state === filters.values.status)?.[0];
  const mayWrite = useMay('wallets:write');
  const holds = useQuery({
    queryKey: ['wallets', id, 'holds', { status, limit, offset }],
    queryFn: () =>
      dataOf(api.GET('/v1/wallets/{id}/holds', { params: { path: { id }, query: { status, limit, offset } } })),
    placeholderData: keepPreviousData,
  });
  return (
    <Section title="Holds">
      <FilterBar filters={filters} of={[{ name: 'status', label: 'State', kind: 'choice', options: STATES }]} />
      <DataTable
        caption="Holds"
        columns={mayWrite ? [...COLUMNS, ACTIONS] : COLUMNS}
        rowKey={({ id: holdId }) => holdId}
        query={holds}
        paging={paging}
        empty={<Empty title={status ? 'No hold is in this state.' : 'Nothing was ever on hold here.'} />}
      />
    </Section>
  );
}

/** A dispute's hold ends with the dispute. */
function HoldActions({ hold }: { hold: Hold }) {
  const [shown, show] = useState<'capture' | 'release' | null>(null);
  if (hold.status !== 'open' || hold.purpose === 'dispute') return null;
  const close = () => show(null);
  return (
    <span className="row-actions">
      <button type="button" className="quiet" onClick={() => show('capture')}>
        Capture
      </button>
      <button type="button" className="quiet" onClick={() => show('release')}>
        Release
      </button>
      {shown === 'capture' && <CaptureDialog hold={hold} onClose={close} />}
      {shown === 'release' && <ReleaseDialog hold={hold} onClose={close} />}
    </span>
  );
}
