import type { Tone } from '../../parts/badge';
import { plainWords, triggerWords } from '../../parts/words';
import type { Schemas } from '../../session/api';

type TopUp = Schemas['TopUpResponse'];
export type State = TopUp['status'] | 'decided' | 'allowed';

/** One step of the way that a top-up has gone. */
export interface Step {
  state: State;
  /** Null: nobody has written down when. */
  at: string | null;
  words: string;
  tone: Tone;
}

/** What a state means to whoever looks at it. */
const MEANING: Record<State, string> = {
  decided: 'It was decided to buy',
  created: 'Written down, before anything is charged',
  allowed: 'Judged again, and allowed to charge',
  charging: 'The provider was asked to charge',
  processing: 'The provider works on it',
  unknown: 'No certain answer came: the provider is asked again, and nothing is charged twice',
  retry_wait: 'Declined for now: it waits to be tried again',
  requires_action: 'It waits for the cardholder to confirm',
  canceling: 'It is being taken back at the provider',
  refund_due: 'Paid, but it could not be credited: the money is on its way back',
  awaiting_payment: 'It waits for the invoice to be paid',
  overdue: 'The invoice was not paid in time',
  succeeded: 'Paid, and the credits are there',
  failed: 'It has failed, and no credits came of it',
  canceled: 'It was taken back, and no credits came of it',
  refunded: 'The money went back; no credits came of it',
};

const TONES: Partial<Record<State, Tone>> = {
  succeeded: 'good',
  failed: 'bad',
  unknown: 'bad',
  overdue: 'bad',
  requires_action: 'warn',
  retry_wait: 'warn',
  refund_due: 'warn',
  canceled: 'neutral',
  refunded: 'neutral',
};

/** States that nothing follows. */
const FINAL: ReadonlySet<State> = new Set<State>(['succeeded', 'failed', 'canceled', 'refunded']);

export function isFinal(state: State): boolean {
  return FINAL.has(state);
}

/** Where it stands, in a sentence. */
export function meaningOf(state: State): string {
  return MEANING[state];
}

/**
 * The way that a top-up has gone, the first step first: what its decision, its attempts and its state say. Looks at the
 * provider in between leave no trace of their own.
 */
export function courseOf(topUp: TopUp): Step[] {
  const { status, trigger, created_at: createdAt, invoicing } = topUp;
  const steps: Step[] = [step('decided', createdAt, triggerWords(trigger))];
  if (invoicing) {
    steps.push(step('awaiting_payment', createdAt));
  } else {
    steps.push(step('created', createdAt), ...topUp.attempts.flatMap((one, index) => stepsOf(one, topUp, index)));
  }
  if (steps.at(-1)?.state !== status) steps.push(step(status, endOf(topUp), detailOf(topUp)));
  return steps;
}

function stepsOf(
  { attempt, outcome, code, message, started_at, finished_at }: TopUp['attempts'][number],
  topUp: TopUp,
  index: number,
): Step[] {
  const steps = [step('allowed', started_at, `Attempt ${attempt}`), step('charging', started_at)];
  const isLast = index === topUp.attempts.length - 1;
  if (outcome === 'declined') {
    const words = message || plainWords(code);
    // The last decline of one that has ended is what ended it.
    if (!isLast || topUp.status === 'retry_wait') steps.push(step('retry_wait', finished_at, words));
  }
  return steps;
}

/** When it came to its end: with its last attempt, where nothing else is written down. */
function endOf({ status, settled_at: settledAt, attempts }: TopUp): string | null {
  return settledAt ?? (isFinal(status) ? (attempts.at(-1)?.finished_at ?? null) : null);
}

function detailOf({ status, last_error_message: message, last_error_code: code }: TopUp): string | undefined {
  if (status === 'succeeded') return undefined;
  return message || (code === '' ? undefined : plainWords(code));
}

function step(state: State, at: string | null, detail?: string): Step {
  const words = detail === undefined ? MEANING[state] : `${MEANING[state]}: ${detail}`;
  return { state, at, words, tone: TONES[state] ?? 'info' };
}
