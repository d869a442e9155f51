import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PaymentMethodsService } from '../../customers/payment-methods.service.js';
import { Clock } from '../../shared/clock.js';
import { Wallet } from '../../ledger/wallet.entity.js';
import { newId } from '../../shared/ids.js';
import type { Scope } from '../../shared/scope.js';
import { TopUpDecision } from './top-up-decision.entity.js';
import { type WalletRef, walletRefs } from '../purchases/top-up-repository.js';
import { TopUpGuard, TopUpRule } from './top-up-rule.entity.js';
import { OPEN_STATUSES, TopUp } from '../purchases/top-up.entity.js';

/** Pauses that are about the card: another card, or a payment that goes through, ends them. */
export const CARD_PAUSES = ['card_declined', 'no_payment_method', 'card_attempts_exhausted', 'authentication_required'];

/** Stops automatic top-ups that can't go well. No time lifts a pause: a person, a payment or another card does. */
@Injectable()
export class TopUpPauses implements OnModuleInit {
  constructor(
    private readonly em: EntityManager,
    private readonly paymentMethods: PaymentMethodsService,
    private readonly clock: Clock,
  ) {}

  /** Whoever removes a card, the account or its seller: what would charge it is paused in the same commit. */
  onModuleInit(): void {
    this.paymentMethods.onRemoved = (tx, scope, customerId, methodId) =>
      this.#pauseWithoutCard(tx, scope, customerId, methodId);
  }

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
        const pause = { pausedAt: now, pauseReason: reason };
        await em.nativeUpdate(TopUpGuard, { walletId: topUp.walletId, pausedAt: null }, pause);
      }
      return true;
    });
  }

  /**
   * Pauses a customer's wallets whose rules charge the card that is being removed, in the same transaction, each with a
   * decision that says so. Wallets are locked first, as the ledger does: a rule that fires now waits.
   */
  async #pauseWithoutCard(tx: EntityManager, scope: Scope, customerId: string, methodId: string): Promise<void> {
    const { tenantId, environmentId } = scope;
    const now = this.clock.now().toISOString();
    const owner = [tenantId, environmentId, customerId];
    await tx.execute(
      `select id from wallet where tenant_id = ? and environment_id = ? and customer_id = ? order by id for update`,
      owner,
    );
    const paused = await tx.execute<{ wallet_id: string }[]>(
      `update top_up_guard g set paused_at = ?, pause_reason = 'no_payment_method', updated_at = ?
       from wallet w where w.id = g.wallet_id and w.tenant_id = ? and w.environment_id = ? and w.customer_id = ?
         and g.paused_at is null
         and exists (select 1 from top_up_rule r where r.wallet_id = g.wallet_id and r.enabled and not r.invoicing)
       returning g.wallet_id`,
      [now, now, ...owner],
    );
    for (const { wallet_id: walletId } of paused) await this.#decidePaused(tx, walletId, methodId);
  }

  async #decidePaused(tx: EntityManager, walletId: string, methodId: string): Promise<void> {
    const now = this.clock.now();
    const wallet = await tx.findOneOrFail(Wallet, { id: walletId });
    const rule = await tx.findOneOrFail(TopUpRule, { walletId, enabled: true, invoicing: false });
    tx.create(TopUpDecision, {
      walletId,
      id: newId('decision', now),
      tenantId: wallet.tenantId,
      environmentId: wallet.environmentId,
      customerId: wallet.customerId,
      trigger: rule.trigger,
      ruleVersion: rule.version,
      verdict: 'skip',
      code: 'paused',
      reason: 'automatic top-up is paused (no_payment_method): the payment method on file was removed',
      available: wallet.creditBalance.minus(wallet.held),
      posted: wallet.creditBalance,
      held: wallet.held,
      required: null,
      openTopUpIds: [],
      topUpId: null,
      credits: null,
      priceMinor: null,
      currency: null,
      nextEvaluationAt: null,
      occurrences: 1,
      lastSeenAt: now,
      createdAt: now,
      dedupeKey: `payment_method_removed ${methodId}`,
    });
    await tx.flush();
  }

  /**
   * Resumes wallets that a card had paused and whose customer has put another card on file since; the same card again
   * ends only a pause for want of any. Top-ups that wait to try the old card again try the new one now.
   * @returns the resumed wallets: their rules are due for a look
   */
  async resumeWithNewCards(): Promise<WalletRef[]> {
    const now = this.clock.now().toISOString();
    const em = this.em.fork();
    await em.execute(
      `update top_up t set next_attempt_at = ?, updated_at = ? from payment_method m
       where t.top_up_status = 'retry_wait' and t.next_attempt_at > ? and m.customer_id = t.customer_id
         and m.status = 'published' and m.fingerprint <> t.card_fingerprint`,
      [now, now, now],
    );
    return walletRefs(
      em,
      `update top_up_guard g set paused_at = null, pause_reason = '', updated_at = ?
       from wallet w join payment_method m on m.customer_id = w.customer_id and m.status = 'published'
       where w.id = g.wallet_id and g.paused_at is not null and m.created_at >= g.paused_at
         and g.pause_reason in (${CARD_PAUSES.map(() => '?').join(', ')})
         and (g.pause_reason = 'no_payment_method' or m.fingerprint is distinct from (
           select a.card_fingerprint from top_up_attempt a where a.wallet_id = g.wallet_id
           order by a.started_at desc limit 1))
       returning g.wallet_id, g.tenant_id, g.environment_id`,
      [now, ...CARD_PAUSES],
    );
  }
}
