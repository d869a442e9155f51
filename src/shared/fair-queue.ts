/** Whether one is taken; one that is passed by stays where it stands, and those behind it are looked at. */
export type Choice = boolean | 'pass';

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
   * @param mayTake asked for each of a line, the first first; a no ends that line's turns this time
   * @param fewest what is less than that stays where it is: none is taken
   */
  take(limit: number, mayTake: (item: Item, party: string) => Choice = () => true, fewest = 0): Item[] {
    const taken: Item[] = [];
    const turns = Array.from(this.#lines, ([party, line]) => ({ party, line, looked: 0, passed: [] as Item[] }));
    const open = new Set(turns);
    while (open.size > 0 && taken.length < limit) {
      for (const turn of open) {
        if (taken.length >= limit) break;
        const item = nextOf(turn, mayTake);
        if (item) taken.push(item);
        else open.delete(turn);
      }
    }
    if (taken.length < fewest) return [];
    for (const { party, line, looked, passed } of turns) this.#remove(party, line, looked, passed);
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
  #remove(party: string, line: Item[], looked: number, passed: readonly Item[]): void {
    const count = looked - passed.length;
    if (count === 0) return;
    line.splice(0, looked, ...passed);
    this.#size -= count;
    this.#lines.delete(party);
    if (line.length > 0) this.#lines.set(party, line);
  }
}

/** The next of a line that may be taken; counts how many were looked at. */
function nextOf<Item>(
  turn: { party: string; line: readonly Item[]; looked: number; passed: Item[] },
  mayTake: (item: Item, party: string) => Choice,
): Item | undefined {
  for (;;) {
    const item = turn.line[turn.looked];
    const choice = item !== undefined && mayTake(item, turn.party);
    if (item === undefined || choice === false) return undefined;
    turn.looked += 1;
    if (choice === true) return item;
    turn.passed.push(item);
  }
}
