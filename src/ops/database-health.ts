import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { Config } from '../config.js';
import { isOpen } from '../shared/scoped-pglite-dialect.js';
import { withinEveryScope } from '../shared/sight.js';
import { inLane } from '../shared/turn.js';
import { within } from '../shared/within.js';
import { embeddedDatabaseFolder } from './embedded-database.js';
import { readSchemaState } from './schema-state.js';

const PING_TIMEOUT_MS = 2000;

/** What the readiness check asks of the database. */
@Injectable()
export class DatabaseHealth {
  #isMigrated = false;
  /** Shared by all who ask meanwhile: anybody may. */
  #ping: Promise<boolean> | undefined;

  constructor(
    private readonly em: EntityManager,
    private readonly indicators: HealthIndicatorService,
    private readonly config: Config,
  ) {}

  async answers(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('database');
    return (await this.ping()) ? indicator.up() : indicator.down();
  }

  /** Whether it answers, within 2 s. */
  ping(): Promise<boolean> {
    this.#ping ??= this.#isThere().finally(() => {
      this.#ping = undefined;
    });
    return this.#ping;
  }

  /** A schema that was up to date once stays so for as long as this process runs. */
  async isMigrated(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('migrations');
    this.#isMigrated ||= await succeeds(async () => (await readSchemaState(this.em.fork())).pending.length === 0);
    return this.#isMigrated ? indicator.up() : indicator.down();
  }

  /** The embedded database is in the process: to ask it would be to wait behind the work of its one connection. */
  async #isThere(): Promise<boolean> {
    if (!this.config.databaseUrl) return isOpen(embeddedDatabaseFolder(this.config.dataDir));
    return succeeds(async () => (await this.em.fork().execute<object[]>('select 1')).length === 1);
  }
}

/** Whether the database said yes, over a connection of its own; not when it failed or took too long. */
async function succeeds(ask: () => Promise<boolean>): Promise<boolean> {
  const answer = withinEveryScope(() => inLane('health', ask)).catch(() => false);
  return within(PING_TIMEOUT_MS, answer, () => false);
}
