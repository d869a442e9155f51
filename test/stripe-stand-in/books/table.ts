import type { Journal } from './journal.js';

/** Rows of one kind, in the order in which they were made. Rows are replaced, never changed. */
export class Table<Row extends { id: string }> {
  readonly #rows = new Map<string, Row>();

  constructor(
    readonly name: string,
    private readonly journal: Journal,
  ) {}

  find(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  get size(): number {
    return this.#rows.size;
  }

  all(): Row[] {
    return [...this.#rows.values()];
  }

  put(row: Row): Row {
    this.#rows.set(row.id, row);
    this.journal.add({ table: this.name, row });
    return row;
  }

  /** Takes back a row that is in the journal already. */
  restore(row: { id: string }): void {
    this.#rows.set(row.id, row as Row);
  }

  delete(id: string): void {
    this.#rows.delete(id);
  }
}
