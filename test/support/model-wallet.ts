interface ModelLot {
  priority: number;
  expiresAt: number;
  granted: number;
  remaining: number;
  held: number;
  born: number;
}

interface ModelHold {
  isOpen: boolean;
  expiresAt: number;
  parts: { lot: ModelLot; held: number }[];
}

/** What a wallet should do, in whole credits and as simply as it can be said: the oracle of the model-based test. */
export class ModelWallet {
  #lots: ModelLot[] = [];
  #holds = new Map<string, ModelHold>();
  #debt = 0;
  #births = 0;
  #lastTopUpAt = 0;

  constructor(
    private readonly overdraft: number,
    private readonly rule: { threshold: number; amount: number } | undefined,
  ) {}

  /** Buys what the rule asks for; the cool-off allows one purchase an instant. */
  topUp(now: Date): void {
    this.#expire(now);
    const available = this.#free() - this.#debt;
    if (!this.rule || available > this.rule.threshold || this.#lastTopUpAt === now.getTime()) return;
    const { threshold, amount } = this.rule;
    this.#lastTopUpAt = now.getTime();
    this.grant(amount * Math.min(20, Math.floor((threshold - available) / amount) + 1), null, null, now);
  }

  grant(credits: number, priority: number | null, expiresAt: Date | null, now: Date): void {
    this.#expire(now);
    const repaid = Math.min(this.#debt, credits);
    this.#debt -= repaid;
    this.#lots.push({
      priority: priority ?? Infinity,
      expiresAt: expiresAt?.getTime() ?? Infinity,
      granted: credits,
      remaining: credits - repaid,
      held: 0,
      born: (this.#births += 1),
    });
    const compare = (a: number, b: number) => (a === b ? 0 : a < b ? -1 : 1);
    this.#lots.sort(
      (a, b) =>
        compare(a.priority, b.priority) ||
        compare(a.expiresAt, b.expiresAt) ||
        b.granted - a.granted ||
        a.born - b.born,
    );
  }

  debit(credits: number, now: Date): boolean {
    this.#expire(now);
    const free = this.#free();
    if (credits > free + this.overdraft - this.#debt) return false;
    this.#debt += Math.max(0, credits - free);
    this.#take(Math.min(credits, free), (lot, taken) => {
      lot.remaining -= taken;
    });
    return true;
  }

  hold(id: string, credits: number, expiresAt: Date | null, now: Date): boolean {
    this.#expire(now);
    if (credits > this.#free() || this.#debt > 0) return false;
    const parts: ModelHold['parts'] = [];
    this.#take(credits, (lot, taken) => {
      lot.held += taken;
      parts.push({ lot, held: taken });
    });
    this.#holds.set(id, { isOpen: true, expiresAt: expiresAt?.getTime() ?? Infinity, parts });
    return true;
  }

  capture(id: string, credits: number, final: boolean, now: Date): boolean {
    this.#expire(now);
    const hold = this.#openHold(id, now);
    const left = hold?.parts.reduce((sum, { held }) => sum + held, 0) ?? 0;
    if (!hold || credits > left) return false;
    let wanted = credits;
    for (const part of hold.parts) {
      const taken = Math.min(part.held, wanted);
      part.held -= taken;
      part.lot.held -= taken;
      part.lot.remaining -= taken;
      wanted -= taken;
    }
    if (final || credits === left) this.#end(hold);
    return true;
  }

  release(id: string, now: Date): boolean {
    this.#expire(now);
    const hold = this.#openHold(id, now);
    if (!hold) return false;
    this.#end(hold);
    return true;
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

  #openHold(id: string, now: Date): ModelHold | undefined {
    const hold = this.#holds.get(id);
    return hold?.isOpen && hold.expiresAt > now.getTime() ? hold : undefined;
  }

  #end(hold: ModelHold): void {
    hold.isOpen = false;
    for (const part of hold.parts) {
      part.lot.held -= part.held;
      part.held = 0;
    }
  }

  #free(): number {
    return this.#lots.reduce((total, lot) => total + lot.remaining - lot.held, 0);
  }

  #take(credits: number, book: (lot: ModelLot, taken: number) => void): void {
    let wanted = credits;
    for (const lot of this.#lots) {
      const taken = Math.min(lot.remaining - lot.held, wanted);
      if (taken > 0) book(lot, taken);
      wanted -= Math.max(0, taken);
    }
  }

  /** What is reserved stays until its hold ends. */
  #expire(now: Date): void {
    for (const lot of this.#lots) if (lot.expiresAt <= now.getTime()) lot.remaining = lot.held;
  }
}
