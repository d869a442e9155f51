import { hash } from 'node:crypto';
import { stringify } from 'safe-stable-stringify';
import { type Decimal, formatDecimal, ZERO } from '../shared/decimal.js';
import type { Actor, Charge } from './commands.js';
import { laterExpiry } from './live-lots.js';
import type { EntryDraft, HoldDraft, LotRenewal, Plan } from './plan/plan.js';
import type { Posting } from './posting.js';
import {
  type EntryChargeRecord,
  type EntryLotRecord,
  type EntryRecord,
  type HoldState,
  type LotRecord,
  type WalletState,
} from './wallet-state.js';

/** Carries a plan out on the wallet in memory; the writer stores the result. Cannot refuse: the plan has been checked. */
export function applyPlan(state: WalletState, plan: Plan, actor: Actor, now: Date): Posting {
  const hold = plan.hold && applyHold(state, plan.hold, actor, now);
  if (plan.renewals?.length) renewLots(state, plan.renewals);
  const entries = plan.entries.map((draft) => applyEntry(state, draft, actor, now));
  if (plan.purchasedExpireAt) movePurchasedExpiry(state, plan.purchasedExpireAt);
  if (plan.closes) state.wallet.walletStatus = 'closed';
  if (plan.settings) {
    Object.assign(state.wallet, plan.settings);
    if (plan.settings.alertSettings && !plan.settings.alertSettings.alert_enabled) state.wallet.alertState = 'ok';
    // A PUT that only changes rules has none.
    state.hasNewSettings ||= Object.keys(plan.settings).length > 0;
  }
  if (entries.length > 0 || hold || plan.closes || plan.settings) {
    state.isChanged = true;
    state.wallet.version += 1;
    state.wallet.updatedAt = later(now, state.wallet.updatedAt);
    state.wallet.updatedBy = actor.keyId;
  }
  return { state, entries, hold, forfeited: plan.forfeited ?? ZERO, changed: [], granted: plan.granted ?? [] };
}

function applyEntry(state: WalletState, draft: EntryDraft, actor: Actor, now: Date): EntryRecord {
  const { wallet } = state;
  const balanceBefore = wallet.creditBalance;
  const createdAt = later(draft.effectiveAt ?? now, wallet.lastEntryAt);
  wallet.creditBalance = balanceBefore.plus(draft.credits);
  wallet.debt = wallet.debt.plus(draft.debtChange);
  wallet.sequence += 1;
  const isCredit = draft.credits.gt(0);
  const entry: EntryRecord = {
    shard: wallet.shard,
    walletId: wallet.id,
    id: draft.id,
    tenantId: wallet.tenantId,
    environmentId: wallet.environmentId,
    customerId: wallet.customerId,
    currency: wallet.currency,
    sequence: wallet.sequence,
    type: isCredit ? 'credit' : 'debit',
    credits: draft.credits,
    balanceBefore,
    balanceAfter: wallet.creditBalance,
    debtChange: draft.debtChange,
    rate: isCredit ? wallet.topupConversionRate : wallet.conversionRate,
    reason: draft.reason,
    counterAccount: draft.counterAccount,
    referenceType: draft.referenceType,
    referenceId: draft.referenceId,
    description: draft.description,
    metadata: draft.metadata,
    idempotencyKey: draft.idempotencyKey,
    parentId: draft.parentId,
    topUpId: draft.topUpId,
    requestId: actor.requestId,
    hash: '',
    createdAt,
    createdBy: actor.keyId,
  };
  entry.hash = hashEntry(entry, wallet.lastEntryHash);
  wallet.lastEntryHash = entry.hash;
  wallet.lastEntryAt = createdAt;
  state.newEntries.push(entry);
  if (draft.charged && draft.charged.invoiceId !== null) state.newCharges.push(chargeOf(entry, draft.charged));
  if (draft.grant) openLot(state, draft, entry, now);
  for (const link of draft.links) changeLot(state, link.lot, link.credits);
  // As the entry leaves the lot: one may be given and taken from by the same entry.
  draft.links.forEach(({ lot, kind, credits }, position) =>
    state.newLinks.push({ ...linkOf(entry, lot), kind, credits, position }),
  );
  return entry;
}

/** The hash that chains an entry to the one before it: whoever alters a stored row breaks every later hash. */
export function hashEntry(entry: EntryRecord, previousHash: string): string {
  const content = [
    previousHash,
    entry.walletId,
    entry.id,
    entry.sequence,
    formatDecimal(entry.credits),
    formatDecimal(entry.balanceAfter),
    formatDecimal(entry.debtChange),
    formatDecimal(entry.rate),
    entry.reason,
    entry.counterAccount,
    entry.referenceType,
    entry.referenceId,
    entry.description,
    entry.metadata,
    entry.idempotencyKey,
    entry.parentId,
    entry.topUpId,
    entry.requestId,
    entry.createdAt.toISOString(),
    entry.createdBy,
  ];
  // jsonb does not keep the order of keys, so the text that is hashed must not depend on it.
  return hash('sha256', stringify(content));
}

function openLot(state: WalletState, draft: EntryDraft, entry: EntryRecord, now: Date): void {
  const { grant } = draft;
  if (!grant) return;
  const remaining = grant.credits.minus(grant.repaid);
  const lot: LotRecord = {
    shard: entry.shard,
    walletId: entry.walletId,
    id: entry.id,
    tenantId: entry.tenantId,
    environmentId: entry.environmentId,
    customerId: entry.customerId,
    source: grant.source,
    priority: grant.priority,
    granted: grant.credits,
    remaining,
    held: ZERO,
    expiresAt: grant.expiresAt,
    renewalId: null,
    isOpen: remaining.gt(0),
    createdAt: later(now, entry.createdAt),
  };
  const link = linkOf(entry, lot);
  state.newLinks.push({ ...link, kind: 'grant', credits: grant.credits, position: 0 });
  if (grant.repaid.gt(0)) {
    state.newLinks.push({ ...link, kind: 'repay', credits: ZERO.minus(grant.repaid), position: 0 });
  }
  state.newLots.add(lot);
  state.lots.add(lot);
}

/** The legs of a purchase's money, which the database refuses unless they add up. */
function chargeOf(
  { shard, walletId, id: entryId, tenantId, environmentId }: EntryRecord,
  { amountMinor, currency, feeMinor, taxMinor }: Charge,
): EntryChargeRecord {
  const legs = { chargedMinor: amountMinor, creditsMinor: amountMinor - feeMinor - taxMinor, feeMinor, taxMinor };
  return { shard, walletId, entryId, tenantId, environmentId, currency, ...legs };
}

/** Of an entry to a lot, as the entry leaves the lot. */
function linkOf(entry: EntryRecord, lot: LotRecord): Omit<EntryLotRecord, 'kind' | 'credits' | 'position'> {
  const { shard, walletId, id: entryId, sequence } = entry;
  return { shard, walletId, entryId, lotId: lot.id, sequence, remainingAfter: lot.remaining };
}

function changeLot(state: WalletState, lot: LotRecord, credits: Decimal): void {
  lot.remaining = lot.remaining.plus(credits);
  lot.isOpen = lot.remaining.gt(0);
  if (!state.newLots.has(lot)) state.changedLots.add(lot);
  state.lots.place(lot);
}

function applyHold(state: WalletState, draft: HoldDraft, actor: Actor, now: Date): HoldState {
  const target = state.holds.get(draft.id) ?? openHold(state, draft, actor, now);
  target.hold.captured = target.hold.captured.plus(draft.captured);
  target.hold.holdStatus = draft.status;
  target.hold.updatedAt = now;
  const rows = new Map(target.lots.map((row) => [row.lotId, row]));
  for (const { lot, held } of draft.lots) {
    const row = rows.get(lot.id);
    if (row) row.held = row.held.plus(held);
    else {
      const position = target.lots.length;
      const { shard, walletId } = lot;
      target.lots.push({ shard, walletId, holdId: draft.id, lotId: lot.id, held, position });
    }
    lot.held = lot.held.plus(held);
    if (!state.newLots.has(lot)) state.changedLots.add(lot);
    state.wallet.held = state.wallet.held.plus(held);
  }
  if (!state.newHolds.has(target)) state.changedHolds.add(target);
  return target;
}

function openHold(state: WalletState, draft: HoldDraft, actor: Actor, now: Date): HoldState {
  const { wallet } = state;
  if (!draft.opens) throw new Error(`hold ${draft.id} is not open in wallet ${wallet.id}`);
  const opened: HoldState = {
    hold: {
      shard: wallet.shard,
      walletId: wallet.id,
      id: draft.id,
      tenantId: wallet.tenantId,
      environmentId: wallet.environmentId,
      customerId: wallet.customerId,
      credits: draft.opens.credits,
      overage: draft.opens.overage,
      captured: ZERO,
      holdStatus: 'open',
      expiresAt: draft.opens.expiresAt,
      purpose: draft.opens.purpose,
      description: draft.opens.description,
      metadata: draft.opens.metadata,
      createdAt: now,
      updatedAt: now,
      createdBy: actor.keyId,
    },
    lots: [],
  };
  state.holds.set(draft.id, opened);
  state.newHolds.add(opened);
  return opened;
}

/** A lot that opens again carries nothing of the past: neither its date nor what kept it beyond that. */
function renewLots(state: WalletState, renewals: LotRenewal[]): void {
  state.lots.redate(renewals);
  for (const { lot } of renewals) {
    lot.renewalId = null;
    if (!state.newLots.has(lot)) state.changedLots.add(lot);
  }
}

/** Each purchase moves the date of all purchased credits that are still there, and never nearer. */
function movePurchasedExpiry(state: WalletState, expiresAt: Date): void {
  state.wallet.purchasedExpiresAt = expiresAt;
  const purchased = state.lots.all().filter((lot) => lot.source === 'purchased');
  renewLots(
    state,
    purchased.map((lot) => ({ lot, expiresAt: laterExpiry(lot.expiresAt, expiresAt) })),
  );
}

function later(a: Date, b: Date | null): Date {
  return b && b > a ? b : a;
}
