import type { EntityManager } from '@mikro-orm/postgresql';
import { CompiledQuery } from 'kysely';
import { PREPARED } from '../shared/prepared-statements.js';

/** One open database transaction, for the statements that the ledger and its policies write as SQL. */
export class LedgerTransaction {
  constructor(
    readonly em: EntityManager,
    /** The instant of this batch, read after its locks were taken, so that no entry is dated before one it waited for. */
    public now: Date,
  ) {}

  /** Runs one statement with native parameters ($1, $2, ...). MikroORM's own `execute` writes them into the text. */
  async query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    const transaction = this.em.getTransactionContext();
    if (!transaction) throw new Error('the ledger writes inside a transaction only');
    const result = await transaction.executeQuery(CompiledQuery.raw(marked(sql), parameters));
    return result.rows as Row[];
  }
}

const texts = new Map<string, string>();

/** The same string for the same statement, so that its hash is computed once. */
function marked(sql: string): string {
  const known = texts.get(sql);
  if (known) return known;
  const text = PREPARED + sql;
  texts.set(sql, text);
  return text;
}
