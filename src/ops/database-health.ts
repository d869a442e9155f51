import { MikroORM } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { withinEveryScope } from '../shared/sight.js';

const PING_TIMEOUT_MS = 2000;

/** What the readiness check asks of the database. */
@Injectable()
export class DatabaseHealth {
  #isMigrated = false;

  constructor(
    private readonly em: EntityManager,
    private readonly orm: MikroORM,
    private readonly indicators: HealthIndicatorService,
  ) {}

  async answers(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('database');
    return (await within(
      PING_TIMEOUT_MS,
      withinEveryScope(() => this.em.fork().execute('select 1')),
    ))
      ? indicator.up()
      : indicator.down();
  }

  /** A schema that was up to date once stays so for as long as this process runs. */
  async isMigrated(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('migrations');
    this.#isMigrated ||=
      (
        await within(
          PING_TIMEOUT_MS,
          withinEveryScope(() => this.#pending()),
        )
      )?.length === 0;
    return this.#isMigrated ? indicator.up() : indicator.down();
  }

  #pending(): Promise<unknown[]> {
    return new Migrator(this.orm.em as never).getPending();
  }
}

/** What the database answered; undefined when it failed or took too long. */
async function within<Answer>(milliseconds: number, answer: Promise<Answer>): Promise<Answer | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  try {
    return await Promise.race([answer, timeout]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
