/**
 * What waits, in a line for each party. Lines take turns, item by item; within a line the first comes first. So a line
 * that is long delays itself.
 */
export class FairQueue<Item extends object> {
  /** The one whose turn is next comes first. None is empty. */
  readonly #lines = new Map<string, Item[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** How many parties wait. */
  get parties(): number {
    return this.#lines.size;
  }

  /** How much of one party waits. */
  sizeOf(party: string): number {
    return this.#lines.get(party)?.length ?? 0;
  }

  push(party: string, item: Item): void {
    const line = this.#lines.get(party);
    if (line) line.push(item);
    else this.#lines.set(party, [item]);
    this.#size += 1;
  }

  /**
   * Takes up to so many, in turn.
   * @param mayTake asked for the first of a line; a no ends that line's turns this time
   */
  take(limit: number, mayTake: (item: Item, party: string) => boolean = () => true): Item[] {
    const taken: Item[] = [];
    const turns = Array.from(this.#lines, ([party, line]) => ({ party, line, count: 0 }));
    const open = new Set(turns);
    while (open.size > 0 && taken.length < limit) {
      for (const turn of open) {
        const item = turn.line[turn.count];
        if (taken.length >= limit) break;
        if (item && mayTake(item, turn.party)) {
          taken.push(item);
          turn.count += 1;
        } else open.delete(turn);
      }
    }
    for (const { party, line, count } of turns) this.#remove(party, line, count);
    return taken;
  }

  /** Takes one out of its line, wherever it stands. @returns whether it was there */
  leave(party: string, item: Item): boolean {
    const line = this.#lines.get(party);
    const place = line?.indexOf(item) ?? -1;
    if (!line || place < 0) return false;
    line.splice(place, 1);
    this.#size -= 1;
    if (line.length === 0) this.#lines.delete(party);
    return true;
  }

  /** Whoever has had a turn stands behind those who have not. */
  #remove(party: string, line: Item[], count: number): void {
    if (count === 0) return;
    line.splice(0, count);
    this.#size -= count;
    this.#lines.delete(party);
    if (line.length > 0) this.#lines.set(party, line);
  }
}
