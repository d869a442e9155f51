import { StatusBadge } from '../../parts/badge';
import { type Column, PlainTable } from '../../parts/data-table';
import { Instant } from '../../parts/instant';
import { Section } from '../../parts/layout';
import type { Schemas } from '../../session/api';

type Attempt = Schemas['TopUpAttemptResponse'];

const COLUMNS: Column<Attempt>[] = [
  { head: 'Attempt', cell: ({ attempt }) => attempt },
  { head: 'Outcome', cell: ({ outcome }) => <StatusBadge status={outcome} /> },
  { head: 'The provider said', cell: ({ message }) => message || '–' },
  { head: 'Code', cell: ({ code }) => (code === '' ? '–' : <code>{code}</code>) },
  { head: 'Began', cell: ({ started_at: at }) => <Instant at={at} /> },
  { head: 'Ended', cell: ({ finished_at: at }) => <Instant at={at} /> },
];

/** Every try to charge, and what the provider said to it. */
export function Attempts({ attempts }: { attempts: Attempt[] }) {
  return (
    <Section title="Attempts to charge">
      <PlainTable caption="Attempts" columns={COLUMNS} rowKey={({ attempt }) => String(attempt)} rows={attempts} />
    </Section>
  );
}
