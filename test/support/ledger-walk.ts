import { EntityManager } from '@mikro-orm/postgresql';
import { decimal } from '../../src/shared/decimal.js';
import { DomainError } from '../../src/shared/errors.js';
import { newWalletIdIn, shardOf } from '../../src/shared/shard.js';
import { FROZEN_FOR_DISPUTES } from '../../src/ops/verify/invariants.js';
import { findBrokenSums } from './invariants.js';
import type { TestLedger } from './ledger.js';
import { ModelWallet } from './model-wallet.js';
import type { TopUpScene } from './top-ups.js';

export type Step = { wallet: number } & (
  | {
      kind: 'grant';
      credits: number;
      priority: number | null;
      expiresInHours: number | null;
      source: 'free' | 'purchased';
    }
  | { kind: 'purchase'; credits: number; validHours: number }
  | { kind: 'debit'; credits: number }
  | { kind: 'hold'; credits: number; overage: number; expiresInHours: number | null }
  | { kind: 'capture'; hold: number; credits: number; final: boolean }
  | { kind: 'release'; hold: number }
  | { kind: 'reverse'; debit: number; credits: number | null; expired: 'forfeit' | { restoreForHours: number | null } }
  | { kind: 'void'; grant: number; credits: number | null }
  | { kind: 'freeze'; grant: number; credits: number }
  | { kind: 'thaw'; hold: number }
  | { kind: 'take back'; grant: number; credits: number; owes: boolean; frozen: { hold: number; ends: boolean } | null }
  | { kind: 'give back'; taken: number; credits: number }
  | { kind: 'transfer'; credits: number }
  | { kind: 'convert' }
  | { kind: 'wait'; hours: number }
  | { kind: 'replay'; key: number }
  | { kind: 'evaluate' }
);

export interface WalkTerms {
  overdraft: string;
  hasRule: boolean;
  /** A postpaid wallet of the same customer, to transfer to and from. It stands in the way of a conversion. */
  hasOther: boolean;
}

interface Place {
  walletId: string;
  model: ModelWallet;
}

const HOUR_MS = 3_600_000;
const RULE = { threshold: 6, amount: 15 };

/** The wallets of one customer and their models, side by side. */
export class LedgerWalk {
  readonly #ledger: TestLedger;
  readonly #history: { again: () => Promise<unknown>; outcome: string }[] = [];
  readonly #holds: (Place & { id: string })[] = [];
  readonly #debits: (Place & { key: string })[] = [];
  readonly #grants: (Place & { key: string })[] = [];
  readonly #frozen: (Place & { id: string; grant: string })[] = [];
  readonly #taken: (Place & { key: string })[] = [];

  private constructor(
    private readonly scene: TopUpScene,
    private readonly places: Place[],
  ) {
    this.#ledger = scene.ledger;
  }

  static async start(scene: TopUpScene, { overdraft, hasRule, hasOther }: WalkTerms): Promise<LedgerWalk> {
    const values = { overdraftLimit: decimal(overdraft) };
    const { walletId, customerId } = await scene.newWallet('1', undefined, values);
    const model = new ModelWallet(Number(overdraft), hasRule ? RULE : undefined);
    model.grant(1, { source: 'free', priority: null, expiresAt: null }, scene.service.clock.now());
    const places = [{ walletId, model }];
    if (hasOther) {
      const otherId = await scene.ledger.open({ customerId, walletType: 'POST_PAID', ...values });
      places.push({ walletId: otherId, model: new ModelWallet(Number(overdraft), undefined, false) });
    }
    const walk = new LedgerWalk(scene, places);
    if (hasRule) await walk.#switchTopUpOn(walletId);
    return walk;
  }

  get walletIds(): string[] {
    return this.places.map(({ walletId }) => walletId);
  }

  /** Does a step to both and expects the same answer. */
  async take(step: Step): Promise<void> {
    const place = this.#place(step.wallet);
    switch (step.kind) {
      case 'grant':
        return this.#grant(place, step);
      case 'purchase':
        return this.#purchase(place, step);
      case 'debit':
        return this.#debit(place, step.credits);
      case 'hold':
        return this.#hold(place, step);
      case 'capture':
        return this.#capture(nth(this.#holds, step.hold) ?? { ...place, id: 'hold_none' }, step);
      case 'release': {
        const hold = nth(this.#holds, step.hold) ?? { ...place, id: 'hold_none' };
        return this.#expect(this.#ledger.release(hold.walletId, hold.id), hold.model.release(hold.id, this.#now()));
      }
      case 'reverse':
        return this.#reverse(step);
      case 'void':
        return this.#void(step);
      case 'freeze':
        return this.#freeze(step);
      case 'thaw': {
        const frozen = nth(this.#frozen, step.hold) ?? { ...place, id: 'hold_none' };
        return this.#expect(this.#ledger.thaw(frozen.walletId, frozen.id), frozen.model.thaw(frozen.id, this.#now()));
      }
      case 'take back':
        return this.#takeBack(step);
      case 'give back':
        return this.#giveBack(step);
      case 'transfer':
        return this.#transfer(place, this.#place(step.wallet + 1), step.credits);
      case 'convert':
        return this.#convert(place);
      case 'wait':
        this.scene.service.clock.advance(step.hours * HOUR_MS);
        return;
      case 'replay':
        return this.#replay(step.key);
      case 'evaluate':
        return;
    }
  }

  /** Lets what is due happen on both sides, and expects the same balances and lots, and a sound ledger. */
  async compare(): Promise<void> {
    for (const { walletId, model } of this.places) {
      model.topUp(this.#now());
      await this.scene.settle();
      await this.#ledger.evaluate(walletId);
      await this.scene.settle();
      expect(await this.#ledger.evaluate(walletId)).toEqual(model.balance(this.#now()));
      expect(await this.#lots(walletId)).toEqual(model.lots());
    }
    const broken = await findBrokenSums(this.scene.service.get(EntityManager));
    expect(broken.filter((line) => !line.startsWith(FROZEN_FOR_DISPUTES))).toEqual([]);
  }

  /** Leaves nothing frozen: no dispute here will ever end. */
  async end(): Promise<void> {
    for (const { walletId, model, id } of this.#frozen) {
      await this.#expect(this.#ledger.thaw(walletId, id), model.thaw(id, this.#now()));
    }
    await this.compare();
  }

  async #grant(place: Place, step: Step & { kind: 'grant' }): Promise<void> {
    const { source, priority, credits } = step;
    const expiresAt = this.#later(step.expiresInHours);
    const key = this.#newKey();
    const reason = source === 'free' ? 'FREE_CREDIT_GRANT' : 'PURCHASED_CREDIT_DIRECT';
    const terms = { reason, priority, expiresAt, idempotencyKey: key } as const;
    place.model.grant(credits, { source, priority, expiresAt }, this.#now(), key);
    this.#grants.push({ ...place, key });
    return this.#attempt(() => this.#ledger.credit(place.walletId, String(credits), terms, key), true);
  }

  async #purchase(place: Place, { credits, validHours }: Step & { kind: 'purchase' }): Promise<void> {
    const until = this.#later(validHours) as Date;
    const key = this.#newKey();
    const terms = { reason: 'PURCHASED_CREDIT_DIRECT', purchasedExpireAt: until, idempotencyKey: key } as const;
    place.model.purchase(credits, until, this.#now(), key);
    this.#grants.push({ ...place, key });
    return this.#attempt(() => this.#ledger.credit(place.walletId, String(credits), terms, key), true);
  }

  async #debit(place: Place, credits: number): Promise<void> {
    const key = this.#newKey();
    const isAccepted = place.model.debit(credits, this.#now(), key);
    if (isAccepted) this.#debits.push({ ...place, key });
    return this.#attempt(() => this.#ledger.debit(place.walletId, String(credits), key), isAccepted);
  }

  async #hold(place: Place, { credits, overage, expiresInHours }: Step & { kind: 'hold' }): Promise<void> {
    const id = `hold_${place.walletId}_${this.#holds.length}`;
    const expiresAt = this.#later(expiresInHours);
    const isAccepted = place.model.hold(id, credits, overage, expiresAt, this.#now());
    this.#holds.push({ ...place, id });
    const call = this.#ledger.hold(place.walletId, id, String(credits), expiresAt, String(overage));
    return this.#expect(call, isAccepted);
  }

  async #capture(hold: Place & { id: string }, { credits, final }: Step & { kind: 'capture' }): Promise<void> {
    const { walletId, model, id } = hold;
    const key = this.#newKey();
    const isAccepted = model.capture(id, credits, final, this.#now(), key);
    if (isAccepted) this.#debits.push({ walletId, model, key });
    return this.#attempt(() => this.#ledger.capture(walletId, id, String(credits), final, key), isAccepted);
  }

  async #reverse(step: Step & { kind: 'reverse' }): Promise<void> {
    const debit = nth(this.#debits, step.debit);
    if (!debit) return;
    const until = step.expired === 'forfeit' ? null : this.#later(step.expired.restoreForHours);
    const [expired, restore] = step.expired === 'forfeit' ? ['forfeit' as const] : [{ until }, { restoreUntil: until }];
    const isAccepted = debit.model.reverse(debit.key, step.credits, expired, this.#now());
    const key = this.#newKey();
    const id = await this.#ledger.entryId(debit.walletId, debit.key);
    const call = () => this.#ledger.reverse(debit.walletId, id, text(step.credits), restore ?? 'forfeit', key);
    return this.#attempt(call, isAccepted);
  }

  async #void(step: Step & { kind: 'void' }): Promise<void> {
    const grant = nth(this.#grants, step.grant);
    if (!grant) return;
    const isAccepted = grant.model.voidGrant(grant.key, step.credits, this.#now());
    const key = this.#newKey();
    const id = await this.#ledger.entryId(grant.walletId, grant.key);
    const call = () => this.#ledger.reverse(grant.walletId, id, text(step.credits), 'forfeit', key);
    return this.#attempt(call, isAccepted);
  }

  /** The hold is there for clients, too, who may not end it. */
  async #freeze({ grant: index, credits }: Step & { kind: 'freeze' }): Promise<void> {
    const grant = nth(this.#grants, index);
    if (!grant) return;
    const { walletId, model } = grant;
    const id = `hold_frozen_${walletId}_${this.#frozen.length}`;
    const isAccepted = model.freeze(id, grant.key, credits, this.#now());
    this.#frozen.push({ walletId, model, id, grant: grant.key });
    this.#holds.push({ walletId, model, id });
    const grantId = await this.#ledger.entryId(walletId, grant.key);
    const key = this.#newKey();
    return this.#attempt(() => this.#ledger.freeze(walletId, id, grantId, String(credits), key), isAccepted);
  }

  async #takeBack({ grant: index, credits, owes, frozen }: Step & { kind: 'take back' }): Promise<void> {
    const hold = frozen ? nth(this.#frozen, frozen.hold) : undefined;
    const grant = hold ? { ...hold, key: hold.grant } : nth(this.#grants, index);
    if (!grant) return;
    const { walletId, model } = grant;
    const key = this.#newKey();
    const by = hold && frozen ? { id: hold.id, ends: frozen.ends } : undefined;
    const isAccepted = model.takeBack(key, { grant: grant.key, credits, owes, frozen: by }, this.#now());
    if (model.hasTaken(key)) this.#taken.push({ walletId, model, key });
    const grantId = await this.#ledger.entryId(walletId, grant.key);
    const part = { grantId, credits: String(credits), owes, ...(by ? { holdId: by.id, ends: by.ends } : {}) };
    return this.#attempt(() => this.#ledger.takeBack(walletId, part, key), isAccepted);
  }

  async #giveBack({ taken: index, credits }: Step & { kind: 'give back' }): Promise<void> {
    const taken = nth(this.#taken, index);
    if (!taken) return;
    const { walletId, model } = taken;
    const isAccepted = model.giveBack(taken.key, credits, this.#now());
    const id = await this.#ledger.entryId(walletId, `taken:${taken.key}:0`);
    const key = this.#newKey();
    return this.#attempt(() => this.#ledger.giveBack(walletId, id, String(credits), key), isAccepted);
  }

  async #transfer(from: Place, to: Place, credits: number): Promise<void> {
    const key = this.#newKey();
    const isAccepted = from.model.transfer(to.model, credits, this.#now());
    const call = () => this.#ledger.transfer(from.walletId, to.walletId, String(credits), key);
    return this.#attempt(call, isAccepted);
  }

  async #replay(index: number): Promise<void> {
    const earlier = nth(this.#history, index);
    if (earlier) expect(await settle(earlier.again())).toBe(earlier.outcome);
  }

  async #convert(place: Place): Promise<void> {
    const successorId = newWalletIdIn(shardOf(place.walletId), this.#now());
    // A customer has one active postpaid wallet of a currency; the database refuses the second.
    const model = this.places.length > 1 ? undefined : place.model.convert(this.#now());
    await this.#expect(this.#ledger.convert(place.walletId, successorId), model !== undefined);
    if (model) this.places[0] = { walletId: successorId, model };
  }

  async #switchTopUpOn(walletId: string): Promise<void> {
    await this.scene.setLimits(walletId, { maxPerHour: 1_000_000 });
    const cooldown = { value: 1, unit: 'second' } as const;
    const { threshold, amount } = RULE;
    await this.scene.setAutoTopUp(walletId, { threshold: String(threshold), amount: String(amount), cooldown });
    await this.compare();
  }

  async #lots(walletId: string): Promise<string[]> {
    const lots = await this.#ledger.openLots(walletId);
    return lots
      .map(({ source, priority, expiresAt, remaining, granted, held }) => {
        const until = expiresAt?.toISOString() ?? 'never';
        return `${source} ${priority ?? 'none'} ${until}: ${remaining.toFixed()} of ${granted.toFixed()}, ${held.toFixed()} held`;
      })
      .toSorted();
  }

  async #attempt(call: () => Promise<unknown>, isAccepted: boolean): Promise<void> {
    const outcome = await settle(call());
    this.#history.push({ again: call, outcome });
    expect(outcome.startsWith('answer')).toBe(isAccepted);
  }

  async #expect(call: Promise<unknown>, isAccepted: boolean): Promise<void> {
    expect((await settle(call)).startsWith('answer')).toBe(isAccepted);
  }

  #newKey(): string {
    return `${this.places[0]?.walletId}-${this.#history.length}`;
  }

  #place(index: number): Place {
    return nth(this.places, index) as Place;
  }

  #now(): Date {
    return this.scene.service.clock.now();
  }

  #later(hours: number | null): Date | null {
    return hours === null ? null : new Date(this.#now().getTime() + hours * HOUR_MS);
  }
}

function nth<Item>(items: readonly Item[], index: number): Item | undefined {
  return items[index % Math.max(1, items.length)];
}

function text(credits: number | null): string | null {
  return credits === null ? null : String(credits);
}

async function settle(call: Promise<unknown>): Promise<string> {
  try {
    return `answer ${JSON.stringify(await call)}`;
  } catch (error) {
    // What only the bounds of a table have stopped is no refusal.
    if (!(error instanceof DomainError)) throw error;
    return `refusal ${error.message}`;
  }
}
