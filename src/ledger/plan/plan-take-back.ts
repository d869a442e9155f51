import { min, ZERO } from '../../shared/decimal.js';
import { DomainError } from '../../shared/errors.js';
import type { GiveBackTerms, GrantPart, LedgerCommand } from '../commands.js';
import type { GrantReason } from '../entry.entity.js';
import { unheld } from '../live-lots.js';
import type { LotRecord, WalletState } from '../wallet-state.js';
import { factsOf } from './grant-facts.js';
import { COUNTER_ACCOUNT_OF_REASON } from './plan-credit.js';
import { frozenBy, thawed } from './plan-freeze.js';
import { planRestore } from './plan-reverse.js';
import type { EntryDraft, HoldLotDraft, Plan, PlanContext } from './plan.js';

type TakeBack = Extract<LedgerCommand, { kind: 'take_back' }>;

/**
 * Takes credits whose money goes back: what is unspent out of the grant's own lot, the rest as debt. Also of a frozen
 * wallet: the money is gone whatever the wallet's state. One entry for each grant, so that each leg has its own account.
 */
export function planTakeBack(
  state: WalletState,
  { terms, holdId, ends = false }: TakeBack,
  context: PlanContext,
): Plan | DomainError {
  const frozen = frozenBy(state, holdId);
  if (frozen instanceof DomainError) return frozen;
  const frozenOf = (grantId: string) => frozen?.lots.find(({ lotId }) => lotId === grantId)?.held ?? ZERO;
  const parts = terms.decide(factsOf(state, frozenOf));
  if (parts instanceof DomainError) return parts;
  const taken = parts.filter(({ credits }) => credits.gt(0));
  const entries = taken.map((part, place) => takenEntry(state, part, terms, context, `${terms.key}:${place}`));
  if (!frozen) return { entries };
  const lots = taken.flatMap((part) => takenOfHold(state.lots.get(part.grantId), part));
  return { entries, hold: thawed(state, frozen, lots, ends) };
}

/** Gives back what was taken: into the very lots, and off the debt that it made. What has expired since is not given. */
export function planGiveBack(state: WalletState, terms: GiveBackTerms, context: PlanContext): Plan | DomainError {
  const plan = { entries: [] as EntryDraft[], renewals: [] as NonNullable<Plan['renewals']>, forfeited: ZERO };
  for (const { entryId, credits } of terms.decide(factsOf(state, () => ZERO))) {
    const past = state.past.get(entryId);
    if (!past) return noSuch(entryId);
    if (credits.lte(0)) continue;
    const { description } = terms;
    const restored = planRestore(
      state,
      past,
      { entryId, credits, expired: 'forfeit', description, metadata: {} },
      context,
      '',
    );
    if (restored instanceof DomainError) return restored;
    plan.entries.push(...restored.entries);
    plan.renewals.push(...(restored.renewals ?? []));
    plan.forfeited = plan.forfeited.plus(restored.forfeited ?? ZERO);
  }
  return plan;
}

function takenEntry(
  state: WalletState,
  { grantId, credits, debt }: GrantPart,
  { description, metadata }: TakeBack['terms'],
  context: PlanContext,
  idempotencyKey: string,
): EntryDraft {
  const past = state.past.get(grantId);
  if (!past) throw new Error(`grant ${grantId} was not read`);
  const lot = state.lots.get(grantId);
  const ofLot = credits.minus(debt);
  return {
    id: context.newEntryId(),
    credits: ZERO.minus(credits),
    debtChange: debt,
    reason: 'GRANT_VOID',
    counterAccount: COUNTER_ACCOUNT_OF_REASON[past.entry.reason as GrantReason],
    referenceType: 'REQUEST',
    referenceId: grantId,
    description,
    metadata,
    idempotencyKey,
    parentId: grantId,
    topUpId: null,
    grant: null,
    links: lot && ofLot.gt(0) ? [{ lot, kind: 'void', credits: ZERO.minus(ofLot) }] : [],
  };
}

/** What nobody has reserved goes first, then what is frozen. */
function takenOfHold(lot: LotRecord | undefined, { credits, debt }: GrantPart): HoldLotDraft[] {
  if (!lot) return [];
  const ofLot = credits.minus(debt);
  const ofHold = ofLot.minus(min(unheld(lot), ofLot));
  return ofHold.gt(0) ? [{ lot, held: ZERO.minus(ofHold) }] : [];
}

function noSuch(entryId: string): DomainError {
  return new DomainError('not_found', 'transaction not found', { details: { transaction_id: entryId } });
}
