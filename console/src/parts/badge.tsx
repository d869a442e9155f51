import type { ReactNode } from 'react';

export type Tone = 'neutral' | 'good' | 'warn' | 'bad' | 'info';

/** A state in a word. Its colour says nothing that the word does not. */
export function Badge({ tone = 'neutral', children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`badge badge-${tone}`}>{children}</span>;
}

const TONES: Readonly<Record<string, Tone>> = {
  active: 'good',
  published: 'good',
  succeeded: 'good',
  paid: 'good',
  completed: 'good',
  development: 'info',
  processing: 'info',
  charging: 'info',
  pending: 'info',
  frozen: 'warn',
  paused: 'warn',
  requires_action: 'warn',
  unknown: 'warn',
  retry_wait: 'warn',
  overdue: 'warn',
  failed: 'bad',
  disputed: 'bad',
  refund_due: 'bad',
};

/** A status of the API: `requires_action` reads "requires action". */
export function StatusBadge({ status }: { status: string }) {
  return <Badge tone={TONES[status] ?? 'neutral'}>{status.replaceAll('_', ' ')}</Badge>;
}
