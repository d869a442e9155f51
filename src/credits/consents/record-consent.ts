import type { LedgerTransaction } from '../../shared/ledger-transaction.js';
import type { Posting } from '../../ledger/posting.js';
import { newId } from '../../shared/ids.js';
import type { AccountRules } from '../../top-ups/rules/top-up-changes.js';
import type { Account } from '../account.js';
import { type AgreedSettings, Consent } from '../consent.entity.js';
import { packAmountOf } from '../packs/agreed-pack.js';

/** What changing an account's rules came to, as the ledger's posting has it. */
export interface Agreed {
  from: AccountRules;
  to: AccountRules;
}

/** Who agreed to what, for which wallet, from when on: in the commit that changes the rules. */
export async function recordConsent(
  { em, now }: LedgerTransaction,
  { scope, customerId, actor, portalSessionId }: Account,
  { changed, state }: Posting,
): Promise<void> {
  const { from, to } = changed[0] as Agreed;
  em.create(Consent, {
    id: newId('consent', now),
    ...scope,
    customerId,
    walletId: state.wallet.id,
    from: toAgreed(from),
    to: toAgreed(to),
    priceMinor: to.pack?.priceMinor ?? null,
    fee: to.pack?.fee ?? null,
    currency: to.pack?.currency ?? null,
    requestId: actor.requestId,
    portalSessionId: portalSessionId ?? null,
    createdAt: now,
    createdBy: actor.keyId,
  });
  await em.flush();
}

function toAgreed({ onExpiration, onInsufficient, pack }: AccountRules): AgreedSettings {
  return {
    auto_top_up_on_expiration: onExpiration,
    auto_top_up_on_insufficient: onInsufficient,
    auto_top_up_credits_pack: pack && {
      id: pack.id,
      price: pack.priceMinor,
      currency_code: pack.currency.toUpperCase(),
      pack_amount: packAmountOf(pack),
    },
  };
}
