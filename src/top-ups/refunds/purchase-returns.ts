import type { EntityManager } from '@mikro-orm/postgresql';
import { Entry } from '../../ledger/entry.entity.js';
import type { GrantFacts, GrantPart } from '../../ledger/commands.js';
import { bookReturned } from '../../payments/change-invoice.js';
import { Invoice } from '../../payments/invoice.entity.js';
import { LockMode } from '@mikro-orm/core';
import { type Decimal, ZERO } from '../../shared/decimal.js';
import { inWallet } from '../../shared/shard.js';
import type { TopUp } from '../purchases/top-up.entity.js';
import { Dispute } from './dispute.entity.js';
import type { GrantShare, OnSpent, RefundDecision, RefundFacts } from './judge-refund.js';
import { Refund } from './refund.entity.js';

/** A purchase that was charged, with its grants: what it bought, and what came free with it. */
export interface Purchase {
  topUp: TopUp;
  /** The credit that it became. */
  grantId: string;
  bonusId: string | null;
  /** The hold of an open dispute, when this was read. */
  holdId: string | undefined;
  /** What had gone back or was on its way, when this was read: minor units. */
  goneMinor: number;
}

/** What has become of its money so far. */
export interface Returned {
  refunds: Refund[];
  disputes: Dispute[];
}

/** The grants of a purchase never change; what is frozen of them may, and is asked for again under the lock. */
export async function readPurchase(em: EntityManager, topUp: TopUp): Promise<Purchase> {
  const grantId = topUp.transactionId as string;
  const where = { ...inWallet(topUp.walletId), parentId: grantId, reason: 'PURCHASED_CREDIT_BONUS' as const };
  const [bonus, returned] = [await em.findOne(Entry, where), await readReturned(em, topUp.id)];
  return { topUp, grantId, bonusId: bonus?.id ?? null, holdId: frozenIn(returned), goneMinor: goneMinor(returned) };
}

export async function readReturned(em: EntityManager, topUpId: string): Promise<Returned> {
  return {
    refunds: await em.find(Refund, { topUpId }, { refresh: true, orderBy: { id: 'asc' } }),
    disputes: await em.find(Dispute, { topUpId }, { refresh: true, orderBy: { id: 'asc' } }),
  };
}

export function frozenIn({ disputes }: Returned): string | undefined {
  return disputes.find(({ disputeStatus, holdId }) => disputeStatus === 'open' && holdId)?.holdId ?? undefined;
}

/** Minor units that went back, or are on their way. @param except a refund or dispute that is left out */
export function goneMinor({ refunds, disputes }: Returned, except = ''): number {
  const live = refunds.filter(({ id, refundStatus }) => id !== except && refundStatus !== 'failed');
  const lost = disputes.filter(({ id, disputeStatus }) => id !== except && disputeStatus === 'lost');
  return [...live, ...lost].reduce((total, { amountMinor }) => total + amountMinor, 0);
}

/** Minor units that have gone back for certain. */
function returnedMinor({ refunds, disputes }: Returned): number {
  return goneMinor({ refunds: refunds.filter(({ refundStatus }) => refundStatus === 'succeeded'), disputes });
}

/** Credits that refunds and lost disputes have settled. */
export function settledBy({ refunds, disputes }: Returned, except = ''): { purchase: Decimal; bonus: Decimal } {
  const others = [...refunds, ...disputes].filter(({ id }) => id !== except);
  return {
    purchase: others.reduce((total, row) => total.plus(row.credits).plus(row.forgivenCredits), ZERO),
    bonus: others.reduce((total, row) => total.plus(row.bonusCredits), ZERO),
  };
}

/** What is to be judged, of the rows and of the wallet under its lock. */
export function refundFacts(
  { topUp, grantId, bonusId }: Purchase,
  returned: Returned,
  grants: GrantFacts,
  { onSpent, except = '' }: { onSpent: OnSpent; except?: string },
): RefundFacts {
  const settled = settledBy(returned, except);
  const shareOf = (id: string, before: Decimal): GrantShare => ({
    granted: grants.grantedOf(id),
    settled: before,
    unspent: grants.unspentOf(id),
  });
  return {
    chargedMinor: topUp.priceMinor,
    goneMinor: goneMinor(returned, except),
    isDisputed: returned.disputes.some(({ disputeStatus }) => disputeStatus === 'open'),
    purchase: shareOf(grantId, settled.purchase),
    bonus: bonusId === null ? undefined : shareOf(bonusId, settled.bonus),
    isClosed: grants.isClosed,
    onSpent,
  };
}

/** A decision as the ledger carries it out. */
export function partsOf({ grantId, bonusId }: Purchase, decided: RefundDecision): GrantPart[] {
  const bonus = bonusId === null ? [] : [{ grantId: bonusId, credits: decided.bonusCredits, debt: ZERO }];
  return [{ grantId, credits: decided.credits, debt: decided.debtCredits }, ...bonus];
}

export function grantIdsOf({ grantId, bonusId }: Purchase): string[] {
  return bonusId === null ? [grantId] : [grantId, bonusId];
}

/** The invoice says how much of its money has gone back, for certain, by now. */
export async function bookOnInvoice(em: EntityManager, topUp: TopUp, now: Date, keyId: string): Promise<void> {
  if (!topUp.invoiceId) return;
  const where = { id: topUp.invoiceId, tenantId: topUp.tenantId, environmentId: topUp.environmentId };
  const invoice = await em.findOne(Invoice, where, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
  if (!invoice) return;
  bookReturned(invoice, returnedMinor(await readReturned(em, topUp.id)), now, keyId);
  await em.flush();
}
