import type { ReceivedCall } from '../stripe-stand-in/books/movement.js';
import type { Evidence } from './evidence.js';
import type { Journal } from './journal.js';
import type { Findings } from './judge.js';

const CREATE = '/v1/payment_intents';
const CONFIRM = /^\/v1\/payment_intents\/(pi_[^/]+)\/confirm$/;
/** Less than the lease of 60 s, by the run's time: who had the answer of a confirmation has no reason to send it again. */
const TOO_SOON_MS = 40_000;

/** What the provider was asked, and how often. */
export function judgeRequests({ calls, topUps, charges }: Evidence, { lostCards }: Journal): Findings {
  const attempts = new Map(topUps.map(({ id, attempt }) => [id, attempt]));
  const attemptsOfPayment = new Map(topUps.map(({ paymentId, attempt }) => [paymentId ?? '', attempt]));
  const posts = calls.filter(({ method }) => method === 'POST');
  const creations = Map.groupBy(
    posts.filter(({ path }) => path === CREATE),
    topUpOf,
  );
  const confirmations = Map.groupBy(
    posts.filter(({ path }) => CONFIRM.test(path)),
    paymentOf,
  );
  const confirmedTwice = [...confirmations].filter(([, own]) => own.some((call, at) => isSentTwice(own, call, at)));
  return {
    'attempts under more than one key': [
      ...[...creations].filter(([id, own]) => keysOf(own) > Math.max(1, attempts.get(id) ?? 1)).map(([id]) => id),
      ...[...confirmations]
        .filter(([id, own]) => attemptsOfPayment.has(id) && keysOf(own) > (attemptsOfPayment.get(id) ?? 0))
        .map(([id]) => id),
    ],
    'charges worked on by two at once': confirmedTwice.map(([id]) => id),
    'lost cards tried again': lostCardsTriedAgain(charges, lostCards),
    'declines that no bank gave': topUps
      .filter(({ id, declines }) => declines > refusalsOf(charges, id))
      .map(({ id, declines }) => `${id}: ${declines}`),
  };
}

/** How many keys had an answer to give: one that was told to keep an error makes way for the next. */
function keysOf(calls: ReceivedCall[]): number {
  const kept = new Set(calls.filter(isKeptError).map(({ idempotencyKey }) => idempotencyKey));
  const given = calls.map(({ idempotencyKey }) => idempotencyKey).filter((key) => !kept.has(key));
  return new Set(given).size;
}

function isKeptError({ isReplay, status }: ReceivedCall): boolean {
  return isReplay && status !== null && status >= 500;
}

function topUpOf({ form }: ReceivedCall): string {
  return new URLSearchParams(form).get('metadata[top_up_id]') ?? '';
}

function paymentOf({ path }: ReceivedCall): string {
  return CONFIRM.exec(path)?.[1] ?? '';
}

/** Answered, and sent again within the lease. */
function isSentTwice(calls: ReceivedCall[], call: ReceivedCall, at: number): boolean {
  const before = calls[at - 1];
  return (
    before?.idempotencyKey === call.idempotencyKey &&
    before.fault === null &&
    (before.status === 200 || before.status === 402) &&
    call.at - before.at < TOO_SOON_MS
  );
}

/** One refusal of that kind for each card that was lost. */
function lostCardsTriedAgain(charges: Evidence['charges'], lostCards: ReadonlyMap<string, number>): string[] {
  const refusals = charges.filter(({ declineCode, status }) => status === 'failed' && declineCode === 'lost_card');
  const byCustomer = Map.groupBy(refusals, ({ metadata }) => metadata['customer_id'] ?? '');
  return [...byCustomer]
    .filter(([id, own]) => own.length > (lostCards.get(id) ?? 0))
    .map(([id, own]) => `${id}: ${own.length} times`);
}

function refusalsOf(charges: Evidence['charges'], topUpId: string): number {
  return charges.filter(({ status, metadata }) => status === 'failed' && metadata['top_up_id'] === topUpId).length;
}
