import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../shared/clock.js';
import { withinScope } from '../shared/sight.js';
import { ApiKey } from './api-key.entity.js';
import type { KnownKey } from './key-ring.js';

const INTERVAL_MS = 60_000;

/** Keeps `last_used_at` of the keys, to the minute, beside the requests and never in front of one. */
@Injectable()
export class KeyUsage implements OnModuleDestroy {
  readonly #logger = new Logger('KeyUsage');
  readonly #writes = new Set<Promise<void>>();

  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
  ) {}

  note(key: KnownKey): void {
    const now = this.clock.now();
    if (key.lastUsedAt && now.getTime() - key.lastUsedAt.getTime() < INTERVAL_MS) return;
    key.lastUsedAt = now;
    const write = withinScope(key, () => this.#write(key.keyId, now));
    this.#writes.add(write);
    void write.finally(() => this.#writes.delete(write));
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.#writes);
  }

  async #write(keyId: string, now: Date): Promise<void> {
    const stale = new Date(now.getTime() - INTERVAL_MS);
    try {
      await this.em
        .fork()
        .nativeUpdate(
          ApiKey,
          { id: keyId, $or: [{ lastUsedAt: null }, { lastUsedAt: { $lte: stale } }] },
          { lastUsedAt: now },
        );
    } catch (error) {
      this.#logger.warn({ msg: 'last use of a key was not written', keyId, err: error });
    }
  }
}
