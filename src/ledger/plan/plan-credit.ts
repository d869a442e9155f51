import { type Decimal, min, ZERO } from '../../shared/decimal.js';
import { DomainError } from '../../shared/errors.js';
import type { CreditTerms } from '../commands.js';
import type { CounterAccount, GrantReason } from '../entry.entity.js';
import type { LotSource } from '../lot.entity.js';
import { laterExpiry } from '../live-lots.js';
import type { WalletState } from '../wallet-state.js';
import type { EntryDraft, GrantDraft, Plan, PlanContext } from './plan.js';

/** Bonus credits are free; credit notes and refunds of voided invoices give purchased credits back. */
const SOURCE_OF_REASON: Record<GrantReason, LotSource> = {
  FREE_CREDIT_GRANT: 'free',
  SUBSCRIPTION_CREDIT_GRANT: 'free',
  PURCHASED_CREDIT_BONUS: 'free',
  PURCHASED_CREDIT_DIRECT: 'purchased',
  PURCHASED_CREDIT_INVOICED: 'purchased',
  CREDIT_NOTE: 'purchased',
  INVOICE_VOID_REFUND: 'purchased',
};

export const COUNTER_ACCOUNT_OF_REASON: Record<GrantReason, CounterAccount> = {
  FREE_CREDIT_GRANT: 'promotion',
  SUBSCRIPTION_CREDIT_GRANT: 'promotion',
  PURCHASED_CREDIT_BONUS: 'promotion',
  PURCHASED_CREDIT_DIRECT: 'purchase',
  PURCHASED_CREDIT_INVOICED: 'purchase',
  CREDIT_NOTE: 'refund',
  INVOICE_VOID_REFUND: 'refund',
};

/**
 * Adds credits as a new lot. Debt is repaid first, out of the lot, in the same entry. Frozen wallets accept credits. A
 * purchase moves the date of all purchased credits of the wallet, and never nearer: the later one wins.
 */
export function planCredit(state: WalletState, asked: CreditTerms, context: PlanContext): Plan | DomainError {
  const { wallet } = state;
  if (wallet.walletStatus === 'closed') {
    return new DomainError('invalid_operation', 'the wallet is closed: it takes no more credits', {
      details: { wallet_id: wallet.id },
    });
  }
  const terms = asked.promisedAt ? delivered(asked, asked.promisedAt, context.now) : asked;
  if (terms.expiresAt && terms.expiresAt <= context.now) {
    return new DomainError('validation', 'the credits would have expired already', {
      code: 'validation_error',
      details: { wallet_id: state.wallet.id },
    });
  }
  const { purchasedExpireAt } = terms;
  const date =
    purchasedExpireAt && (laterExpiry(purchasedExpireAt, wallet.purchasedExpiresAt ?? purchasedExpireAt) as Date);
  const own = date ? { ...terms, expiresAt: date } : terms;
  const main = grantEntry(own, wallet.debt, terms.id ?? context.newEntryId());
  const entries = [main];
  if (terms.bonus) {
    const debtLeft = wallet.debt.plus(main.debtChange);
    entries.push(grantEntry(bonusTerms(terms, terms.bonus), debtLeft, context.newEntryId(), main.id));
  }
  return date ? { entries, purchasedExpireAt: date } : { entries };
}

/**
 * What was promised while it waits for its payment does not expire: credits whose date has come meanwhile are good for
 * as long as was promised, counted from their delivery.
 */
function delivered(terms: CreditTerms, promisedAt: Date, now: Date): CreditTerms {
  const renewed = (expiresAt: Date | null) =>
    expiresAt && expiresAt <= now ? new Date(now.getTime() + expiresAt.getTime() - promisedAt.getTime()) : expiresAt;
  return {
    ...terms,
    expiresAt: renewed(terms.expiresAt ?? null),
    ...(terms.bonus ? { bonus: { ...terms.bonus, expiresAt: renewed(terms.bonus.expiresAt) } } : {}),
  };
}

function bonusTerms(terms: CreditTerms, bonus: { credits: Decimal; expiresAt: Date | null }): CreditTerms {
  return {
    credits: bonus.credits,
    expiresAt: bonus.expiresAt,
    reason: 'PURCHASED_CREDIT_BONUS',
    priority: terms.priority ?? null,
    referenceType: '',
    referenceId: '',
  };
}

function grantEntry(terms: CreditTerms, debt: Decimal, id: string, parentId: string | null = null): EntryDraft {
  const { priority = null, expiresAt = null } = terms;
  const grant = grantDraft({ source: SOURCE_OF_REASON[terms.reason], priority, expiresAt }, terms.credits, debt);
  return {
    id,
    credits: terms.credits,
    debtChange: ZERO.minus(grant.repaid),
    reason: terms.reason,
    counterAccount: COUNTER_ACCOUNT_OF_REASON[terms.reason],
    referenceType: terms.referenceType,
    referenceId: terms.referenceId,
    description: terms.description ?? '',
    metadata: terms.metadata ?? {},
    idempotencyKey: terms.idempotencyKey ?? '',
    parentId,
    topUpId: terms.topUpId ?? null,
    grant,
    links: [],
    ...(terms.charged ? { charged: terms.charged } : {}),
  };
}

/** A lot of so many credits that repays the debt first. */
export function grantDraft(
  { source, priority, expiresAt }: Pick<GrantDraft, 'source' | 'priority' | 'expiresAt'>,
  credits: Decimal,
  debt: Decimal,
): GrantDraft {
  return { credits, source, priority, expiresAt, repaid: min(debt, credits) };
}
