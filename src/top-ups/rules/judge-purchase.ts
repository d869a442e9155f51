import { DomainError } from '../../shared/errors.js';
import { isInFlight } from '../purchases/top-up.entity.js';
import type { TopUpRecord, TopUpState } from './top-up-state.js';

/** For so long after a purchase the same one needs a key of its own. */
export const SAME_AGAIN_MS = 10_000;

/** What somebody asks for, and whether under a key of theirs. */
export interface AskedPurchase {
  topUp: Pick<TopUpRecord, 'invoicing' | 'packId' | 'credits'>;
  hasKey: boolean;
}

/**
 * Why a purchase by hand is refused, or undefined. Where a card is charged there is one at a time, and without a key the
 * same one twice within seconds is a second click, or a client that repeats what it got no answer to.
 * @param now the database's
 */
export function judgePurchase(
  before: Pick<TopUpState, 'topUps' | 'justBought'>,
  { topUp, hasKey }: AskedPurchase,
  now: Date,
): DomainError | undefined {
  if (topUp.invoicing) return undefined;
  const known = [...before.topUps, ...before.justBought].filter(({ isAutomatic }) => !isAutomatic);
  const underWay = known.find(isInFlight);
  if (underWay) return refusal('purchase_under_way', 'another purchase of this account is under way', underWay);
  const same = hasKey ? undefined : known.find((other) => isSame(topUp, other) && isRecent(other, now));
  return same && refusal('bought_just_now', BOUGHT_JUST_NOW, same);
}

const BOUGHT_JUST_NOW = 'the same was bought a moment ago: to buy it again, send an Idempotency-Key with each purchase';

function refusal(code: string, sentence: string, { id, topUpStatus: status }: TopUpRecord): DomainError {
  return new DomainError('conflict', sentence, { code, details: { top_up: { id, status } } });
}

function isSame(topUp: AskedPurchase['topUp'], other: TopUpRecord): boolean {
  return !other.invoicing && other.packId === topUp.packId && other.credits.eq(topUp.credits);
}

function isRecent({ topUpStatus, settledAt }: TopUpRecord, now: Date): boolean {
  return topUpStatus === 'succeeded' && settledAt !== null && settledAt.getTime() > now.getTime() - SAME_AGAIN_MS;
}
