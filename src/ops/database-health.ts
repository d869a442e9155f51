import { MikroORM } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';

const PING_TIMEOUT_MS = 2000;

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
    const timeout = new Promise<false>((resolve) => setTimeout(() => resolve(false), PING_TIMEOUT_MS).unref());
    const ping = this.em
      .fork()
      .execute('select 1')
      .then(
        () => true,
        () => false,
      );
    return (await Promise.race([ping, timeout])) ? indicator.up() : indicator.down();
  }

  /** A schema that was up to date once stays so for as long as this process runs. */
  async isMigrated(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('migrations');
    if (!this.#isMigrated) {
      const pending = await new Migrator(this.orm.em as never).getPending();
      this.#isMigrated = pending.length === 0;
    }
    return this.#isMigrated ? indicator.up() : indicator.down();
  }
}
