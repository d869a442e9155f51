interface ModelLot {
  source: 'free' | 'purchased';
  priority: number;
  expiresAt: number;
  granted: number;
  remaining: number;
  held: number;
  born: number;
}

interface Part {
  lot: ModelLot;
  credits: number;
}

interface ModelHold {
  isOpen: boolean;
  /** Of a dispute: no client ends it. */
  isFrozen: boolean;
  expiresAt: number;
  overage: number;
  parts: Part[];
}

/** What of a debit can still be given back: of the debt it made, and of each lot, in the order it took them. */
interface ModelDebit {
  debt: number;
  parts: Part[];
}

interface FrozenBy {
  id: string;
  /** Whether what is left of it is free afterwards. */
  ends: boolean;
}

type NewLot = Pick<ModelLot, 'source' | 'priority' | 'expiresAt'>;

/** What a wallet should do, in whole credits and as simply as it can be said: the oracle of the model-based test. */
export class ModelWallet {
  isClosed = false;
  #lots: ModelLot[] = [];
  #holds = new Map<string, ModelHold>();
  #debits = new Map<string, ModelDebit>();
  #grants = new Map<string, ModelLot>();
  #taken = new Map<string, ModelDebit>();
  #debt = 0;
  #births = 0;
  #lastTopUpAt = 0;
  /** The date of all purchased credits, once a purchase had one. */
  #purchasedUntil: number | undefined;

  constructor(
    private readonly overdraft: number,
    private readonly rule?: { threshold: number; amount: number },
    private readonly isPrepaid = true,
  ) {}

  /** Buys what the rule asks for; the cool-off allows one purchase an instant. */
  topUp(now: Date): void {
    this.#expire(now);
    const available = this.#free() - this.#debt;
    if (!this.rule || available > this.rule.threshold || this.#lastTopUpAt === now.getTime()) return;
    const { threshold, amount } = this.rule;
    this.#lastTopUpAt = now.getTime();
    const credits = amount * Math.min(20, Math.floor((threshold - available) / amount) + 1);
    this.#add({ source: 'purchased', priority: Infinity, expiresAt: Infinity }, credits);
  }

  grant(
    credits: number,
    terms: { source: 'free' | 'purchased'; priority: number | null; expiresAt: Date | null },
    now: Date,
    key = '',
  ): void {
    this.#expire(now);
    const { source, priority, expiresAt } = terms;
    this.#grants.set(
      key,
      this.#add({ source, priority: priority ?? Infinity, expiresAt: expiresAt?.getTime() ?? Infinity }, credits),
    );
  }

  /** Moves the date of all purchased credits that are there, and never nearer. */
  purchase(credits: number, until: Date, now: Date, key = ''): void {
    this.#expire(now);
    const date = Math.max(until.getTime(), this.#purchasedUntil ?? 0);
    this.#purchasedUntil = date;
    for (const lot of this.#lots) {
      if (lot.source === 'purchased' && lot.remaining > 0) lot.expiresAt = Math.max(lot.expiresAt, date);
    }
    this.#grants.set(key, this.#add({ source: 'purchased', priority: Infinity, expiresAt: date }, credits));
  }

  debit(credits: number, now: Date, key: string): boolean {
    this.#expire(now);
    const free = this.#free();
    if (credits > free + this.overdraft - this.#debt) return false;
    const debt = Math.max(0, credits - free);
    this.#debt += debt;
    this.#debits.set(key, { debt, parts: this.#spend(credits - debt) });
    return true;
  }

  hold(id: string, credits: number, overage: number, expiresAt: Date | null, now: Date): boolean {
    this.#expire(now);
    if (credits > this.#free() || this.#debt > 0) return false;
    const parts = this.#pick(credits);
    for (const part of parts) part.lot.held += part.credits;
    const until = expiresAt?.getTime() ?? Infinity;
    this.#holds.set(id, { isOpen: true, isFrozen: false, overage, expiresAt: until, parts });
    return true;
  }

  /** Also where nothing of it is left: then there is no hold. */
  freeze(id: string, grant: string, credits: number, now: Date): boolean {
    this.#expire(now);
    const lot = this.#grants.get(grant) as ModelLot;
    const part = { lot, credits: Math.min(credits, lot.remaining - lot.held) };
    if (part.credits === 0) return true;
    lot.held += part.credits;
    this.#holds.set(id, { isOpen: true, isFrozen: true, overage: 0, expiresAt: Infinity, parts: [part] });
    return true;
  }

  thaw(id: string, now: Date): boolean {
    this.#expire(now);
    const hold = this.#frozen(id);
    if (hold) this.#end(hold, now);
    return hold !== undefined;
  }

  /**
   * What is unspent of the grant, what is frozen of it last, and debt for the rest if it is owed.
   * @returns false where it is refused
   */
  takeBack(
    key: string,
    { grant, credits, owes, frozen }: { grant: string; credits: number; owes: boolean; frozen: FrozenBy | undefined },
    now: Date,
  ): boolean {
    this.#expire(now);
    const hold = frozen && this.#frozen(frozen.id);
    if (frozen && !hold) return false;
    const lot = this.#grants.get(grant) as ModelLot;
    const ofHold = hold?.parts.find((part) => part.lot === lot);
    const unheld = lot.remaining - lot.held;
    const taken = this.isClosed ? 0 : Math.min(credits, unheld + (ofHold?.credits ?? 0));
    const debt = owes && !this.isClosed ? credits - taken : 0;
    const thawed = Math.max(0, taken - unheld);
    lot.remaining -= taken;
    lot.held -= thawed;
    if (ofHold) ofHold.credits -= thawed;
    this.#debt += debt;
    if (taken + debt > 0) this.#taken.set(key, { debt, parts: [{ lot, credits: taken }] });
    if (hold && frozen?.ends) this.#end(hold, now);
    this.#repay();
    return true;
  }

  hasTaken(key: string): boolean {
    return this.#taken.has(key);
  }

  /** As a reversal gives it back, and what has expired since not at all: that is no refusal. */
  giveBack(key: string, credits: number, now: Date): boolean {
    this.#expire(now);
    if (this.isClosed) return true;
    const taken = this.#taken.get(key) as ModelDebit;
    if (credits > taken.parts.reduce((sum, part) => sum + part.credits, taken.debt)) return false;
    this.#restore(taken, credits, 'forfeit', now);
    return true;
  }

  /** First what is reserved, then what may be exceeded; a hold with nothing of either has ended. */
  capture(id: string, credits: number, final: boolean, now: Date, key: string): boolean {
    this.#expire(now);
    const hold = this.#openHold(id, now);
    if (!hold) return false;
    const reserved = hold.parts.reduce((sum, part) => sum + part.credits, 0);
    const over = Math.max(0, credits - reserved);
    if (over > hold.overage || over > this.#free() || (over > 0 && this.#debt > 0)) return false;
    const taken = new Map<ModelLot, number>();
    let wanted = credits - over;
    for (const part of hold.parts) {
      const credit = Math.min(part.credits, wanted);
      part.credits -= credit;
      part.lot.held -= credit;
      part.lot.remaining -= credit;
      wanted -= credit;
      if (credit > 0) taken.set(part.lot, credit);
    }
    for (const part of this.#spend(over)) taken.set(part.lot, (taken.get(part.lot) ?? 0) + part.credits);
    this.#debits.set(key, { debt: 0, parts: [...taken].map(([lot, credit]) => ({ lot, credits: credit })) });
    hold.overage -= over;
    if (final || (credits >= reserved && hold.overage === 0)) this.#end(hold, now);
    return true;
  }

  release(id: string, now: Date): boolean {
    this.#expire(now);
    const hold = this.#openHold(id, now);
    if (!hold) return false;
    this.#end(hold, now);
    return true;
  }

  /** Gives back what was taken last: debt, then lot by lot. What has expired comes back with a new expiry, or not at all. */
  reverse(key: string, credits: number | null, expired: 'forfeit' | { until: Date | null }, now: Date): boolean {
    this.#expire(now);
    const debit = this.#debits.get(key);
    if (!debit || this.isClosed) return false;
    const left = debit.parts.reduce((sum, part) => sum + part.credits, debit.debt);
    const wanted = credits ?? left;
    if (wanted === 0 || wanted > left) return false;
    return this.#restore(debit, wanted, expired, now);
  }

  /** @returns whether anything came back */
  #restore(debit: ModelDebit, credits: number, expired: 'forfeit' | { until: Date | null }, now: Date): boolean {
    const ofDebt = Math.min(debit.debt, credits);
    let wanted = credits - ofDebt;
    const back: [part: Part, credits: number][] = [];
    for (const part of debit.parts.toReversed()) {
      const credit = Math.min(part.credits, wanted);
      wanted -= credit;
      if (credit > 0 && (this.#dateToday(part.lot) > now.getTime() || expired !== 'forfeit')) back.push([part, credit]);
    }
    if (ofDebt === 0 && back.length === 0) return false;
    debit.debt -= ofDebt;
    if (ofDebt > 0) this.#add({ source: 'free', priority: Infinity, expiresAt: Infinity }, ofDebt);
    for (const [part, credit] of back) {
      part.credits -= credit;
      const date = this.#dateToday(part.lot);
      const isExpired = date <= now.getTime();
      const expiresAt = isExpired && expired !== 'forfeit' ? (expired.until?.getTime() ?? Infinity) : date;
      if (isExpired && part.lot.held > 0) this.#open({ ...part.lot, expiresAt }, credit);
      else {
        part.lot.expiresAt = expiresAt;
        part.lot.remaining += credit;
      }
    }
    this.#sort();
    this.#repay();
    return true;
  }

  voidGrant(key: string, credits: number | null, now: Date): boolean {
    this.#expire(now);
    const lot = this.#grants.get(key);
    if (!lot || this.isClosed) return false;
    const unspent = lot.remaining - lot.held;
    if (unspent === 0 || (credits ?? 0) > unspent) return false;
    lot.remaining -= credits ?? unspent;
    return true;
  }

  transfer(to: ModelWallet, credits: number, now: Date): boolean {
    this.#expire(now);
    to.#expire(now);
    if (to === this || credits > this.#free() || this.#debt > 0) return false;
    for (const part of this.#spend(credits)) to.#add(part.lot, part.credits);
    return true;
  }

  /** The wallet that takes this one's place, or undefined if that is refused. */
  convert(now: Date): ModelWallet | undefined {
    this.#expire(now);
    const isHeld = this.#lots.some((lot) => lot.held > 0);
    if (!this.isPrepaid || this.isClosed || this.#debt > 0 || isHeld) return undefined;
    const successor = new ModelWallet(this.overdraft, undefined, false);
    successor.#purchasedUntil = this.#purchasedUntil;
    for (const part of this.#spend(this.#free())) successor.#add(part.lot, part.credits);
    this.isClosed = true;
    return successor;
  }

  balance(now: Date): { balance: string; held: string; debt: string } {
    this.#expire(now);
    const sum = (pick: (lot: ModelLot) => number) => this.#lots.reduce((total, lot) => total + pick(lot), 0);
    const text = (value: number) => String(value);
    return {
      balance: text(sum((lot) => lot.remaining) - this.#debt),
      held: text(sum((lot) => lot.held)),
      debt: text(this.#debt),
    };
  }

  /** Lots that have something left, in one text each. */
  lots(): string[] {
    return this.#lots
      .filter((lot) => lot.remaining > 0)
      .map(({ source, priority, expiresAt, granted, remaining, held }) => {
        const until = expiresAt === Infinity ? 'never' : new Date(expiresAt).toISOString();
        return `${source} ${priority === Infinity ? 'none' : priority} ${until}: ${remaining} of ${granted}, ${held} held`;
      })
      .toSorted();
  }

  #add(lot: NewLot, credits: number): ModelLot {
    const repaid = Math.min(this.#debt, credits);
    this.#debt -= repaid;
    return this.#open(lot, credits, credits - repaid);
  }

  #open({ source, priority, expiresAt }: NewLot, granted: number, remaining = granted): ModelLot {
    const born = (this.#births += 1);
    const lot = { source, priority, expiresAt, granted, remaining, held: 0, born };
    this.#lots.push(lot);
    this.#sort();
    return lot;
  }

  #sort(): void {
    const compare = (a: number, b: number) => (a === b ? 0 : a < b ? -1 : 1);
    this.#lots.sort(
      (a, b) =>
        compare(a.priority, b.priority) ||
        compare(a.expiresAt, b.expiresAt) ||
        b.granted - a.granted ||
        a.born - b.born,
    );
  }

  #openHold(id: string, now: Date): ModelHold | undefined {
    const hold = this.#holds.get(id);
    return hold?.isOpen && !hold.isFrozen && hold.expiresAt > now.getTime() ? hold : undefined;
  }

  #frozen(id: string): ModelHold | undefined {
    const hold = this.#holds.get(id);
    return hold?.isOpen && hold.isFrozen ? hold : undefined;
  }

  /** Purchased credits of which nothing is left would have been moved by every purchase since. */
  #dateToday(lot: ModelLot): number {
    if (lot.source === 'free' || lot.remaining > 0) return lot.expiresAt;
    return Math.max(lot.expiresAt, this.#purchasedUntil ?? 0);
  }

  /** Credits that have come free beside a debt go to that first. */
  #repay(): void {
    const repaid = Math.min(this.#debt, this.#free());
    this.#spend(repaid);
    this.#debt -= repaid;
  }

  #end(hold: ModelHold, now: Date): void {
    hold.isOpen = false;
    for (const part of hold.parts) {
      part.lot.held -= part.credits;
      part.credits = 0;
    }
    this.#expire(now);
    this.#repay();
  }

  #free(): number {
    return this.#lots.reduce((total, lot) => total + lot.remaining - lot.held, 0);
  }

  /** Where so many credits would be taken from. */
  #pick(credits: number): Part[] {
    const parts: Part[] = [];
    let wanted = credits;
    for (const lot of this.#lots) {
      const taken = Math.min(lot.remaining - lot.held, wanted);
      if (taken > 0) parts.push({ lot, credits: taken });
      wanted -= taken;
    }
    return parts;
  }

  #spend(credits: number): Part[] {
    const parts = this.#pick(credits);
    for (const part of parts) part.lot.remaining -= part.credits;
    return parts;
  }

  /** What is reserved stays until its hold ends. */
  #expire(now: Date): void {
    for (const lot of this.#lots) if (lot.expiresAt <= now.getTime()) lot.remaining = lot.held;
  }
}
