import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

/** One row as it was at one time. */
export interface JournalLine {
  table: string;
  row: { id: string };
}

/**
 * Rows written one after the other, the last of an id being the valid one. The lines of one request are one write, so
 * a process that is killed leaves whole requests behind.
 */
export class Journal {
  readonly #file: string | undefined;
  #pending: string[] = [];

  /** @param folder where it is kept; without one, nothing outlives the process. */
  constructor(folder?: string) {
    if (folder === undefined) return;
    mkdirSync(folder, { recursive: true });
    this.#file = join(folder, 'journal.jsonl');
  }

  /** What earlier processes wrote. A write that was cut off by a power cut is dropped, and cut from the file. */
  read(): JournalLine[] {
    if (this.#file === undefined || !existsSync(this.#file)) return [];
    const content = readFileSync(this.#file);
    const end = content.lastIndexOf(0x0a) + 1;
    if (end < content.length) truncateSync(this.#file, end);
    const lines = content.toString('utf8', 0, end).split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as JournalLine);
  }

  add(line: JournalLine): void {
    if (this.#file !== undefined) this.#pending.push(JSON.stringify(line));
  }

  commit(): void {
    if (this.#file === undefined || this.#pending.length === 0) return;
    appendFileSync(this.#file, `${this.#pending.join('\n')}\n`);
    this.#pending = [];
  }
}
