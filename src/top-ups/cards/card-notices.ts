import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { noticeAt } from '../../customers/card-expiry.js';
import { NOTICE_PENDING, PaymentMethod } from '../../customers/payment-method.entity.js';
import { cardExpiringEvent } from '../../events/build-card-events.js';
import { EventsService } from '../../events/events.service.js';
import { claimInstant, dueRows, type DueWork } from '../../ledger/due-work.js';
import { Clock } from '../../shared/clock.js';
import { LedgerTransaction } from '../../shared/ledger-transaction.js';
import { withinEveryScope, withinScope } from '../../shared/sight.js';
import { ScheduledTask } from '../schedule/scheduled-task.js';

/** Cards of one round: the next goes on. */
const ROUND_LIMIT = 200;
/** When one that could not be told of is tried again. */
const RETRY_MS = 3_600_000;

const DUE_NOTICES: DueWork = {
  table: 'payment_method',
  columns: 'id, tenant_id, environment_id',
  due: 'notice_at',
  where: NOTICE_PENDING,
};

interface DueCard {
  id: string;
  tenant_id: string;
  environment_id: string;
}

/**
 * Tells of cards in use, 30 days before they expire: once for each card and date, by whichever process is first to take
 * the notice off the card, in the commit that does so. Each card is looked at when that is due, and fails alone.
 */
@Injectable()
export class CardNotices implements OnModuleInit {
  readonly #logger = new Logger('CardNotices');

  constructor(
    private readonly em: EntityManager,
    private readonly events: EventsService,
    private readonly task: ScheduledTask,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.task.alsoRun(() => this.run());
  }

  /** What is due now, of each environment in turn. */
  async run(): Promise<void> {
    const { now, rows } = await withinEveryScope(() => this.#find());
    for (const { id, ...owner } of rows) {
      const scope = { tenantId: owner.tenant_id, environmentId: owner.environment_id };
      await withinScope(scope, () => this.#look(id, now));
    }
  }

  async #find(): Promise<{ now: Date; rows: DueCard[] }> {
    const em = this.em.fork();
    const now = await claimInstant(em, this.clock);
    const due = await dueRows(em, DUE_NOTICES, { now, limit: ROUND_LIMIT });
    return { now, rows: due ? await em.execute<DueCard[]>(due.sql, due.parameters) : [] };
  }

  async #look(id: string, now: Date): Promise<void> {
    try {
      await this.em.fork().transactional((tx) => this.#tell(tx, id, now));
    } catch (error) {
      this.#logger.error({ msg: 'it could not be told that a card expires', paymentMethodId: id, err: error });
      await this.#put(this.em.fork(), id, now, new Date(now.getTime() + RETRY_MS));
    }
  }

  async #tell(tx: EntityManager, id: string, now: Date): Promise<void> {
    const card = await tx.findOneOrFail(PaymentMethod, { id }, { refresh: true });
    const dueAt = noticeAt(card);
    // Nobody has looked at its date yet: it is of before notices.
    const isEarly = dueAt > now;
    if (!(await this.#put(tx, id, now, isEarly ? dueAt : null, card)) || isEarly) return;
    await this.events.write(new LedgerTransaction(tx, now), [cardExpiringEvent(card)]);
  }

  /** @returns whether it was still due, for the card with that date */
  async #put(
    em: EntityManager,
    id: string,
    now: Date,
    next: Date | null,
    date: Partial<Pick<PaymentMethod, 'expiryMonth' | 'expiryYear'>> = {},
  ): Promise<boolean> {
    const { expiryMonth, expiryYear } = date;
    const where = { id, noticeAt: { $lte: now }, status: { $in: ['published' as const, 'backup' as const] } };
    const ofDate = expiryMonth === undefined ? {} : { expiryMonth, expiryYear };
    return (await em.nativeUpdate(PaymentMethod, { ...where, ...ofDate }, { noticeAt: next })) > 0;
  }
}
