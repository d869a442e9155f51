import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { BackupCards } from '../../customers/backup-cards/backup-cards.service.js';
import type { PaymentMethod } from '../../customers/payment-method.entity.js';
import { PaymentMethodsService } from '../../customers/payment-methods.service.js';
import { backupDeclinedEvent } from '../../events/build-card-events.js';
import { EventsService } from '../../events/events.service.js';
import { Clock } from '../../shared/clock.js';
import { scopeOf } from '../../shared/scope.js';
import { type BackupTurn, type Decline, judgeBackup } from '../rules/judge-backup.js';
import { CARD_DECLINES_PER_30_DAYS } from '../schedule/schedule.js';
import { TopUpQueue } from './top-up-queue.js';
import type { TopUp } from './top-up.entity.js';

const DAY_MS = 86_400_000;

/** What the next attempt charges. */
export type NextCard =
  | { kind: 'card'; method: PaymentMethod; isBackup: boolean }
  /** It was the backup's turn, and there is none to be tried by now. */
  | { kind: 'no_backup'; turn: BackupTurn }
  | { kind: 'none'; code: string; message: string };

/** Which card a top-up is charged to: the one on file, or once the backup that its customer has chosen. */
@Injectable()
export class TopUpCards {
  constructor(
    private readonly em: EntityManager,
    private readonly paymentMethods: PaymentMethodsService,
    private readonly backups: BackupCards,
    private readonly queue: TopUpQueue,
    private readonly events: EventsService,
    private readonly clock: Clock,
  ) {}

  /** The card that the current attempt charges, as long as it still is what it was then: on file, or the backup. */
  current(
    topUp: Pick<TopUp, 'backup' | 'customerId' | 'tenantId' | 'environmentId'>,
    em?: EntityManager,
  ): Promise<PaymentMethod | undefined> {
    const cards = topUp.backup?.step === 'trying' ? this.backups : this.paymentMethods;
    return cards.findChargeable(scopeOf(topUp), topUp.customerId, em);
  }

  async next(topUp: TopUp): Promise<NextCard> {
    const method = await this.paymentMethods.findChargeable(scopeOf(topUp), topUp.customerId);
    if (!method) return { kind: 'none', code: 'no_payment_method', message: 'there is no payment method on file' };
    const { backup: turn } = topUp;
    if (turn?.step === 'due' && method.fingerprint === turn.card.cardFingerprint) {
      const backup = await this.findBackup(topUp);
      return backup ? { kind: 'card', method: backup, isBackup: true } : { kind: 'no_backup', turn };
    }
    if ((await this.#declinesOf(method)) < CARD_DECLINES_PER_30_DAYS) return { kind: 'card', method, isBackup: false };
    const message = 'the card was declined too often in 30 days';
    return { kind: 'none', code: 'card_attempts_exhausted', message };
  }

  /** The backup that is tried in place of the card that has just been declined; undefined where none is. */
  async findBackup(topUp: TopUp): Promise<PaymentMethod | undefined> {
    const backup = await this.backups.findChargeable(scopeOf(topUp), topUp.customerId);
    if (!backup) return undefined;
    const { cardFingerprint = null, provider = null, checkout, backup: turn = null } = topUp;
    const verdict = judgeBackup({
      now: this.clock.now(),
      topUp: { cardFingerprint, provider, isPaidOnPage: Boolean(checkout), backup: turn },
      backup,
      declines: await this.#declinesOf(backup),
    });
    return verdict === 'try' ? backup : undefined;
  }

  /**
   * A backup that must never be charged again is none any more, which is told once. Before its decline is recorded: if the
   * process dies in between, the card is not tried again.
   */
  async retireBackup(topUp: TopUp, { code }: Decline): Promise<void> {
    await this.em.fork().transactional(async (tx) => {
      const retired = await this.backups.retire(tx, scopeOf(topUp), topUp.paymentMethodId as string);
      if (retired) await this.events.write(tx, [backupDeclinedEvent(retired, topUp.walletId, code)]);
    });
  }

  #declinesOf({ fingerprint }: PaymentMethod): Promise<number> {
    return this.queue.countCardDeclines(fingerprint, new Date(this.clock.now().getTime() - 30 * DAY_MS));
  }
}
