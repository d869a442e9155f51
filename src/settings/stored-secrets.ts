import { type EntityClass, type FilterQuery, LockMode, type QueryOrderMap } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, Logger } from '@nestjs/common';
import { Config, ConfigError } from '../config.js';
import { withinEveryScope } from '../shared/sight.js';
import { SecretBox } from './secret-box.js';

/** In one transaction. */
const RESEAL_LIMIT = 100;

interface SecretRow {
  environmentId: string;
}

/** Where secrets of one kind are stored. */
export interface SecretRows<Row extends SecretRow> {
  /** What they are, for sentences: `secrets of webhook endpoints`. */
  what: string;
  entity: EntityClass<Row>;
  /** The property that is sealed, a text. */
  property: keyof NoInfer<Row> & string;
  /** As it is sealed for. */
  ownerOf: (row: NoInfer<Row>) => string;
  /** The text of a value that was stored before such secrets were sealed; undefined for one that is sealed. */
  plainTextOf?: (stored: string) => string | undefined;
}

/** Of any kind. */
interface AnyRow extends SecretRow {
  [property: string]: unknown;
}

interface Resealed {
  resealed: number;
  unreadable: number;
}

/** All secrets that are stored: rooms say where theirs are, and this keeps them sealed with the first key. */
@Injectable()
export class StoredSecrets {
  readonly #logger = new Logger('Secrets');
  readonly #kinds = new Map<string, SecretRows<AnyRow>>();

  constructor(
    private readonly em: EntityManager,
    private readonly box: SecretBox,
    private readonly config: Config,
  ) {}

  /** Handed in at start. */
  keep<Row extends SecretRow>(rows: SecretRows<Row>): void {
    this.#kinds.set(rows.what, rows as unknown as SecretRows<AnyRow>);
  }

  /**
   * Seals with the first key whatever is sealed with another one, or not at all, some rows at a time. What cannot be opened
   * stays as it is, and is logged: it can be stored anew. Says when the other keys may go.
   * @throws ConfigError in production without ENCRYPTION_KEY, when something is stored
   */
  async reseal(): Promise<void> {
    let unreadableRows = 0;
    for (const [what, rows] of this.#kinds) {
      const { resealed, unreadable } = await withinEveryScope(() => this.#resealAll(rows));
      if (resealed > 0) this.#logger.log({ msg: `the ${what} were encrypted with the first key`, rows: resealed });
      unreadableRows += unreadable;
    }
    if (this.box.keys < 2 || unreadableRows > 0) return;
    this.#logger.log({
      msg: 'everything stored is encrypted with the first of ENCRYPTION_KEY: 24 hours after all processes have it first, the others may go',
    });
  }

  async #resealAll(rows: SecretRows<AnyRow>): Promise<Resealed> {
    if (!this.box.canSeal) {
      await this.#requireNone(rows);
      return { resealed: 0, unreadable: 0 };
    }
    const sum = { resealed: 0, unreadable: 0 };
    for (;;) {
      const { resealed, unreadable } = await this.#resealSome(rows, sum.unreadable);
      sum.resealed += resealed;
      sum.unreadable += unreadable;
      if (resealed + unreadable < RESEAL_LIMIT) return sum;
    }
  }

  /** Under the rows' locks: whoever changes a secret meanwhile comes before or after. */
  #resealSome(rows: SecretRows<AnyRow>, offset: number): Promise<Resealed> {
    const { entity, property } = rows;
    const others = { $not: { [property]: { $like: `${this.box.firstKeyId}.%` } } } as FilterQuery<AnyRow>;
    return this.em.fork().transactional(async (tx) => {
      const found = await tx.find(entity, others, {
        orderBy: primaryKeyOf(tx, entity),
        offset,
        limit: RESEAL_LIMIT,
        lockMode: LockMode.PESSIMISTIC_WRITE,
      });
      const resealed = (found as unknown as AnyRow[]).filter((row) => this.#resealOne(row, rows)).length;
      return { resealed, unreadable: found.length - resealed };
    });
  }

  #resealOne(row: AnyRow, { what, property, ownerOf, plainTextOf }: SecretRows<AnyRow>): boolean {
    const stored = row[property] as string;
    try {
      const text = plainTextOf?.(stored) ?? this.box.open(stored, ownerOf(row));
      Object.assign(row, { [property]: this.box.seal(text, ownerOf(row)) });
      return true;
    } catch {
      const { environmentId } = row;
      this.#logger.error({ msg: `ENCRYPTION_KEY does not open the ${what} of an environment`, environmentId });
      return false;
    }
  }

  async #requireNone({ entity, what }: SecretRows<AnyRow>): Promise<void> {
    if ((await this.em.fork().count(entity)) === 0) return;
    throw new ConfigError(`ENCRYPTION_KEY is missing: ${what} are stored, which it encrypts`);
  }
}

/** Any order that stays: what cannot be opened is passed over. */
function primaryKeyOf(em: EntityManager, entity: EntityClass<AnyRow>): QueryOrderMap<AnyRow> {
  const { primaryKeys } = em.getMetadata().get(entity);
  return Object.fromEntries(primaryKeys.map((key) => [key, 'asc' as const]));
}
