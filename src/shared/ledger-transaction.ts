import type { EntityManager } from '@mikro-orm/postgresql';
import { CompiledQuery, type DatabaseConnection, type Transaction } from 'kysely';
import type { Place } from './distribution.js';
import { preparedText } from './prepared-statements.js';
import { inPlace } from './shard.js';

/** One open database transaction, for the statements that the ledger and its policies write as SQL. */
export class LedgerTransaction {
  #connection: Promise<DatabaseConnection> | undefined;

  constructor(
    readonly em: EntityManager,
    /** The instant of this batch, read after its locks were taken, so that no entry is dated before one it waited for. */
    public now: Date,
    /** Where the database is distributed, what it is about: no statement asks the workers that have nothing of it. */
    readonly places?: readonly Place[],
  ) {}

  /**
   * Runs one statement with native parameters ($1, $2, ...). MikroORM's own `execute` writes them into the text.
   * Statements that were begun together reach the server together, and run there in this order.
   */
  async query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    if (!this.places) return this.#send(sql, parameters);
    const placed = inPlace(sql, `$${parameters.length + 1}`);
    if (!placed) return this.#send(sql, parameters);
    const rows = await together(...this.places.map((place) => this.#send<Row>(placed, [...parameters, place])));
    return rows.flat();
  }

  async #send<Row>(sql: string, parameters: unknown[]): Promise<Row[]> {
    this.#connection ??= this.#open();
    const connection = await this.#connection;
    const result = await connection.executeQuery<Row>(CompiledQuery.raw(preparedText(sql), parameters));
    return result.rows;
  }

  /** Kysely's own `executeQuery` would hold each statement back until the one before it is answered. */
  async #open(): Promise<DatabaseConnection> {
    const transaction = this.em.getTransactionContext<Transaction<unknown>>();
    if (!transaction) throw new Error('the ledger writes inside a transaction only');
    return transaction.getExecutor().provideConnection(async (connection) => connection);
  }
}

/** Waits for all of them, also when one fails: none may still be at work when the transaction is rolled back. */
export async function together<Results extends readonly unknown[]>(
  ...steps: { [Index in keyof Results]: Promise<Results[Index]> }
): Promise<Results> {
  await Promise.allSettled(steps);
  return Promise.all(steps);
}
