import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '../shared/clock.js';
import { TopUpGuard } from './top-up-rule.entity.js';
import { OPEN_STATUSES, TopUp } from './top-up.entity.js';

/** Stops automatic top-ups that can't go well. No time lifts a pause: a person, a payment or another card does. */
@Injectable()
export class TopUpPauses {
  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
  ) {}

  /** Ends an open top-up as failed and, if it was automatic, pauses its wallet in the same transaction. */
  async fail(
    topUp: TopUp,
    lastError: { lastErrorCode: string; lastErrorMessage: string },
    reason: string,
  ): Promise<boolean> {
    const now = this.clock.now();
    return this.em.fork().transactional(async (em) => {
      const where = { id: topUp.id, topUpStatus: { $in: [...OPEN_STATUSES] } };
      const ended = await em.nativeUpdate(TopUp, where, { topUpStatus: 'failed', ...lastError, updatedAt: now });
      if (ended === 0) return false;
      if (topUp.isAutomatic) {
        await em.nativeUpdate(TopUpGuard, { walletId: topUp.walletId, pausedAt: null }, { pausedAt: now, pauseReason: reason });
      }
      return true;
    });
  }
}
