import { decimal, ZERO } from '../../src/shared/decimal.js';
import type { ChargeSummary } from '../stripe-stand-in/books/movement.js';
import { FIRST_CREDITS } from './customer.js';
import type { Evidence, TopUpRow } from './evidence.js';
import type { Journal, Write } from './journal.js';
import { judgeAgreements } from './judge-agreements.js';
import { judgeRefunds } from './judge-refunds.js';
import { judgeRequests } from './judge-requests.js';

/** What must never be: under a name of the table, one line for each case. */
export type Findings = Record<string, string[]>;

/** What is seen at any moment. All else may be on its way while the load goes on. */
const AT_ANY_TIME: readonly string[] = [
  'acknowledged writes lost',
  'writes carried out twice',
  'top-ups charged twice',
  'top-ups credited twice',
  'credited without charge',
  'attempts under more than one key',
  'charges worked on by two at once',
  'lost cards tried again',
  'charged while switched off',
  'declines that no bank gave',
  'refunds beyond the charge',
  'events kept twice',
];

/** Holds what was answered, what was charged and what was written down against each other. */
export function judge(evidence: Evidence, journal: Journal): Findings {
  return {
    ...judgeWrites(evidence, journal.writes),
    ...judgeMoney(evidence),
    ...judgeRefunds(evidence, journal),
    ...judgeRequests(evidence, journal),
    ...judgeAgreements(evidence, journal),
    'balances that do not add up': wrongBalances(evidence, journal),
    'events kept twice': evidence.eventsKeptTwice,
    'broken invariants of the ledger': evidence.breaches,
    'answers that no customer should get': journal.surprises,
  };
}

/** @param writes those that were answered before the evidence was gathered */
export function judgeUnderLoad(evidence: Evidence, journal: Journal, writes: readonly Write[]): Findings {
  const findings = { ...judge(evidence, journal), ...judgeWrites(evidence, writes) };
  return Object.fromEntries(Object.entries(findings).filter(([name]) => AT_ANY_TIME.includes(name)));
}

function judgeWrites({ entries }: Evidence, writes: readonly Write[]): Findings {
  const counts = new Map<string, number>();
  for (const { description } of entries) counts.set(description, (counts.get(description) ?? 0) + 1);
  const timesOf = (id: string) => counts.get(id) ?? 0;
  return {
    'acknowledged writes lost': writes.filter((w) => w.isAccepted && timesOf(w.id) === 0).map(({ id }) => id),
    'writes carried out twice': writes.filter(({ id }) => timesOf(id) > 1).map(({ id }) => id),
    'refused writes carried out': writes.filter((w) => !w.isAccepted && timesOf(w.id) > 0).map(({ id }) => id),
  };
}

function judgeMoney({ charges, topUps, entries }: Evidence): Findings {
  const paid = byTopUp(charges.filter(({ status }) => status === 'succeeded'));
  const credits = entries.flatMap(({ topUpId }) => topUpId ?? []);
  const credited = new Set(credits);
  const known = new Map(topUps.map((topUp) => [topUp.id, topUp]));
  const uncredited = [...paid].filter(([id, own]) => !credited.has(id) && own.some((charge) => !isReturned(charge)));
  return {
    'top-ups charged twice': [...paid].filter(([, own]) => own.length > 1).map(([id]) => id),
    'top-ups credited twice': credits.filter((id, at) => credits.indexOf(id) !== at),
    'charged without credit': uncredited.map(([id]) => id),
    'credited without charge': [...credited].filter((id) => !paid.get(id)?.some((charge) => !isReturned(charge))),
    'charged another amount': [...paid].filter(([id, own]) => isWrong(known.get(id), own[0])).map(([id]) => id),
  };
}

function byTopUp(charges: ChargeSummary[]): Map<string, ChargeSummary[]> {
  return Map.groupBy(charges, ({ metadata }) => metadata['top_up_id'] ?? 'nobody’s');
}

function isReturned({ amountMinor, refundedMinor }: ChargeSummary): boolean {
  return refundedMinor >= amountMinor;
}

function isWrong(topUp: TopUpRow | undefined, charge: ChargeSummary | undefined): boolean {
  return topUp?.priceMinor !== charge?.amountMinor;
}

/** What a wallet must have, reckoned from what was answered and what the cards were charged. A credit costs 100 minor units. */
function wrongBalances({ charges, topUps, balances }: Evidence, { writes }: Journal): string[] {
  const expected = new Map(balances.map(({ walletId }) => [walletId, decimal(String(FIRST_CREDITS))]));
  const add = (walletId: string, credits: string) =>
    expected.set(walletId, (expected.get(walletId) ?? ZERO).plus(decimal(credits)));
  for (const { walletId, kind, credits, isAccepted } of writes) {
    if (isAccepted) add(walletId, kind === 'debit' ? `-${credits}` : String(credits));
  }
  const walletOf = new Map(topUps.map(({ id, walletId }) => [id, walletId]));
  for (const charge of charges) {
    const walletId = walletOf.get(charge.metadata['top_up_id'] ?? '');
    const { status, amountMinor, refundedMinor } = charge;
    if (walletId && status === 'succeeded') add(walletId, String((amountMinor - refundedMinor) / 100));
  }
  return balances.flatMap(({ walletId, balance }) => {
    const wanted = expected.get(walletId) ?? ZERO;
    return wanted.eq(decimal(balance)) ? [] : [`${walletId} has ${balance}, not ${wanted.toFixed()}`];
  });
}
