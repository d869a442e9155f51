import { Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { StoredSecrets } from '../settings/stored-secrets.js';
import { Clock } from '../shared/clock.js';
import { ScheduledTask } from '../top-ups/schedule/scheduled-task.js';

const EVERY_MS = 3_600_000;

/** Keeps what is stored sealed with the first key: at the start, and every hour, as processes with other keys may still run. */
@Injectable()
export class SecretsUpkeep implements OnModuleInit, OnApplicationBootstrap {
  #nextAt = 0;

  constructor(
    private readonly secrets: StoredSecrets,
    private readonly task: ScheduledTask,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.task.alsoRun(async () => {
      if (this.clock.now().getTime() >= this.#nextAt) await this.#reseal();
    });
  }

  /** Before anything is served: keys that open nothing are found out now, not at the first charge. */
  async onApplicationBootstrap(): Promise<void> {
    await this.#reseal();
  }

  async #reseal(): Promise<void> {
    this.#nextAt = this.clock.now().getTime() + EVERY_MS;
    await this.secrets.reseal();
  }
}
