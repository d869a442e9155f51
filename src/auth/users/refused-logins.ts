import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Origin } from '../../http/origin.js';
import { Clock, formatTimestamp } from '../../shared/clock.js';
import { AuditLog } from '../audit/audit-log.js';
import type { AppUser } from './app-user.entity.js';

/** Rows of the audit log stay for ever, and whoever tries passwords pays for none of them. */
const ROWS_PER_USER = 20;
const PERIOD_S = 3600;

/**
 * Writes refused log-ins of known users to the audit log of their tenant: of each user 20 an hour, in each process by
 * itself, and the last of these says until when there are no more. Beside the answer, never before it: its time would tell who exists.
 */
@Injectable()
export class RefusedLogins implements OnModuleDestroy {
  readonly #logger = new Logger('RefusedLogins');
  readonly #rows = new RateLimiterMemory({ points: ROWS_PER_USER, duration: PERIOD_S });
  readonly #writes = new Set<Promise<void>>();

  constructor(
    private readonly em: EntityManager,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  note(user: AppUser, reason: 'wrong_password' | 'tenant_suspended', from: Origin): void {
    const write = this.#write(user, reason, from);
    this.#writes.add(write);
    void write.finally(() => this.#writes.delete(write));
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.#writes);
  }

  async #write({ id, tenantId, email }: AppUser, reason: string, from: Origin): Promise<void> {
    try {
      const { consumedPoints, msBeforeNext } = await this.#rows.penalty(id);
      if (consumedPoints > ROWS_PER_USER) return;
      const isLast = consumedPoints === ROWS_PER_USER;
      const notRecordedUntil = formatTimestamp(new Date(this.clock.now().getTime() + msBeforeNext));
      const em = this.em.fork();
      this.audit.write(
        em,
        { keyId: '', ...from },
        {
          action: 'login.refused',
          tenantId,
          environmentId: null,
          target: { kind: 'user', id },
          before: null,
          after: { email, reason, ...(isLast && { not_recorded_until: notRecordedUntil }) },
        },
      );
      await em.flush();
    } catch (error) {
      this.#logger.error({ msg: 'a refused log-in was not written down', userId: id, reason, err: error });
    }
  }
}
