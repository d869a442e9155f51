import type { WalletState } from '../../ledger/wallet-state.js';
import { newId } from '../../shared/ids.js';
import type { Scope } from '../../shared/scope.js';
import { shardOf } from '../../shared/shard.js';
import { bonusOfSlabs } from '../pricing/bonus-of-slabs.js';
import { priceTopUp } from '../pricing/price-top-up.js';
import { ZERO } from '../../shared/decimal.js';
import type { TopUpFacts } from './decide-top-up.js';
import type { RuleRecord, TopUpRecord, TopUpState } from './top-up-state.js';

type Purchased = Pick<
  TopUpRecord,
  | 'trigger'
  | 'isAutomatic'
  | 'ruleVersion'
  | 'units'
  | 'credits'
  | 'priceMinor'
  | 'feeMinor'
  | 'bonusCredits'
  | 'bonusExpiresAt'
  | 'currency'
  | 'discounts'
  | 'provider'
  | 'packId'
  | 'validityMonths'
  | 'invoicing'
  | 'description'
  | 'requestId'
  | 'createdBy'
  | 'nextAttemptAt'
>;

/** What a rule has decided to buy: by the terms in force under the lock, frozen from here on. */
export function automaticTopUp(
  { wallet }: WalletState,
  rule: RuleRecord,
  facts: TopUpFacts,
  units: number,
  { provider, bonus: bonuses }: Pick<TopUpState, 'provider' | 'bonus'>,
  requestId: string,
): TopUpRecord {
  const credits = rule.unitCredits.times(units);
  const { chargedMinor, feeMinor } = priceTopUp(facts.unitPriceMinor * units, facts.currency, facts.fee);
  const bonus = bonusOfSlabs(credits, bonuses, facts.now);
  return newTopUp(wallet, wallet, facts.now, {
    trigger: rule.trigger,
    isAutomatic: true,
    ruleVersion: rule.version,
    units,
    credits,
    priceMinor: chargedMinor,
    feeMinor,
    bonusCredits: bonus?.credits ?? ZERO,
    bonusExpiresAt: bonus?.expiresAt ?? null,
    currency: facts.currency,
    discounts: [],
    provider: rule.invoicing ? null : provider,
    packId: rule.packId,
    validityMonths: rule.validityMonths,
    invoicing: rule.invoicing,
    description: '',
    nextAttemptAt: facts.now,
    requestId,
    createdBy: '',
  });
}

/** An intent to buy credits, before anything has happened. */
export function newTopUp(
  { tenantId, environmentId }: Scope,
  wallet: { id: string; customerId: string },
  now: Date,
  what: Purchased,
): TopUpRecord {
  return {
    shard: shardOf(wallet.id),
    id: newId('topup', now),
    tenantId,
    environmentId,
    customerId: wallet.customerId,
    walletId: wallet.id,
    decidedWalletId: null,
    topUpStatus: 'created',
    ...what,
    paymentMethodId: null,
    paymentMethodRef: null,
    cardFingerprint: null,
    paymentId: null,
    checkout: null,
    backup: null,
    attempt: 0,
    keyNumber: 1,
    lookups: 0,
    lastErrorCode: '',
    lastErrorMessage: '',
    actionUrl: null,
    invoiceId: null,
    transactionId: null,
    idempotencyKey: null,
    requestHash: '',
    createdAt: now,
    updatedAt: now,
    settledAt: null,
    chargedAt: null,
    actionRequestedAt: null,
    recheckAt: null,
  };
}
