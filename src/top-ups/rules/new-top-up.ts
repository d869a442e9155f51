import type { WalletState } from '../../ledger/wallet-state.js';
import { newId } from '../../shared/ids.js';
import type { Scope } from '../../shared/scope.js';
import type { TopUpFacts } from './decide-top-up.js';
import type { RuleRecord, TopUpRecord } from './top-up-state.js';

type Purchased = Pick<
  TopUpRecord,
  | 'trigger'
  | 'isAutomatic'
  | 'ruleVersion'
  | 'units'
  | 'credits'
  | 'priceMinor'
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

/** What a rule has decided to buy. */
export function automaticTopUp(
  { wallet }: WalletState,
  rule: RuleRecord,
  facts: TopUpFacts,
  units: number,
  provider: string | null,
  requestId: string,
): TopUpRecord {
  return newTopUp(wallet, wallet, facts.now, {
    trigger: rule.trigger,
    isAutomatic: true,
    ruleVersion: rule.version,
    units,
    credits: rule.unitCredits.times(units),
    priceMinor: facts.unitPriceMinor * units,
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
