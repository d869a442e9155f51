/** How many each party has of something, and all together. Who has none is forgotten, so it never grows with time. */
export class Tally implements Iterable<[party: string, count: number]> {
  readonly #counts: Map<string, number>;
  #total = 0;

  constructor(counts: Iterable<[party: string, count: number]> = []) {
    this.#counts = new Map(counts);
    for (const count of this.#counts.values()) this.#total += count;
  }

  /** Of all parties. */
  get total(): number {
    return this.#total;
  }

  of(party: string): number {
    return this.#counts.get(party) ?? 0;
  }

  /** @returns how many the party has now */
  add(party: string): number {
    const count = this.of(party) + 1;
    this.#counts.set(party, count);
    this.#total += 1;
    return count;
  }

  /**
   * Adds one where there is room.
   * @param mostOfParty how many the party may have, this one among them
   * @param mostOfAll how many all together may have
   * @returns whether there was
   */
  addWithin(party: string, mostOfParty: number, mostOfAll: number): boolean {
    if (this.of(party) >= mostOfParty || this.#total >= mostOfAll) return false;
    this.add(party);
    return true;
  }

  /** @returns how many the party has left; of one that has none, none */
  remove(party: string): number {
    const count = this.#counts.get(party);
    if (count === undefined) return 0;
    this.#total -= 1;
    if (count > 1) this.#counts.set(party, count - 1);
    else this.#counts.delete(party);
    return count - 1;
  }

  /** Whoever has some. */
  [Symbol.iterator](): IterableIterator<[party: string, count: number]> {
    return this.#counts.entries();
  }
}
