import type { CardOutcome } from '../../stripe-stand-in/books/test-cards.js';
import type { Fault } from '../../stripe-stand-in/script/fault-script.js';

const POINTS = [
  'after_intent',
  'after_claim',
  'after_authorize',
  'after_create',
  'after_store',
  'after_confirm',
  'before_settle',
  'in_settle',
  'after_settle',
  'before_reply',
] as const;
/** Between a decline of the card on file and the charge of the backup card. */
const BACKUP_POINTS = ['before_backup', 'backup_authorized', 'backup_confirmed'] as const;
export type Point = (typeof POINTS)[number] | (typeof BACKUP_POINTS)[number];

/** What the provider says to a confirmation, and how the top-up has to end however often its process dies. */
export interface ProviderAnswer {
  outcome?: CardOutcome;
  /** To the first confirmation. */
  fault?: Fault;
  /** Of the confirmations that the fault is for: the package sends again after a reset. */
  times?: number;
  /** Whether its customer has a backup card, which is good. */
  hasBackup?: true;
  ends: 'failed' | 'requires_action' | 'succeeded';
  /** Whether credits are given while the first process lives, or only when the payment is looked up. */
  settles: 'at once' | 'later' | 'never';
}

const ANSWERS = {
  success: { ends: 'succeeded', settles: 'at once' },
  decline: {
    outcome: { kind: 'decline', code: 'card_declined', declineCode: 'lost_card' },
    ends: 'failed',
    settles: 'never',
  },
  requires_action: { outcome: { kind: 'authenticate' }, ends: 'requires_action', settles: 'never' },
  processing: {
    outcome: { kind: 'processing', endsAs: 'succeeded', afterMs: 50 },
    ends: 'succeeded',
    settles: 'later',
  },
  hang_after_charge: { fault: { kind: 'hang', when: 'after' }, ends: 'succeeded', settles: 'later' },
  error_after_charge: { fault: { kind: 'server_error', when: 'after' }, ends: 'succeeded', settles: 'later' },
  reset_after_charge: { fault: { kind: 'reset', when: 'after' }, times: 2, ends: 'succeeded', settles: 'later' },
} satisfies Record<string, ProviderAnswer>;
const BACKUP_ANSWERS = {
  decline_with_backup: {
    outcome: { kind: 'decline', code: 'card_declined', declineCode: 'insufficient_funds' },
    hasBackup: true,
    ends: 'succeeded',
    settles: 'at once',
  },
} satisfies Record<string, ProviderAnswer>;
type AnswerName = keyof typeof ANSWERS | keyof typeof BACKUP_ANSWERS;

/** Every pair of a point and an answer that can be had there. */
export const CASES: readonly Pick<Pair, 'point' | 'answerName' | 'answer'>[] = [
  ...casesOf(POINTS, ANSWERS),
  ...casesOf(BACKUP_POINTS, BACKUP_ANSWERS),
];

function casesOf(points: readonly Point[], answers: Record<string, ProviderAnswer>) {
  return points.flatMap((point) =>
    Object.entries(answers).map(([name, answer]) => ({ point, answerName: name as AnswerName, answer })),
  );
}

/** One wallet with its card: where its process dies, and what its bank says. */
export interface Pair {
  point: Point;
  answerName: AnswerName;
  answer: ProviderAnswer;
  walletId: string;
  customerId: string;
}

const AT_SETTLING: readonly Point[] = ['before_settle', 'in_settle', 'after_settle'];

/** In which life of the service the work on it comes to its point; undefined where it never does. */
export function lifeOf({ point, answer }: Pick<Pair, 'point' | 'answer'>): 1 | 2 | undefined {
  if (!AT_SETTLING.includes(point) || answer.settles === 'at once') return 1;
  return answer.settles === 'later' ? 2 : undefined;
}
