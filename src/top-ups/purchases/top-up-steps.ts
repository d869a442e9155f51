import { Injectable } from '@nestjs/common';
import { PaymentMethodsService } from '../../customers/payment-methods.service.js';
import type { LedgerCommand } from '../../ledger/commands.js';
import type { LedgerTransaction } from '../../shared/ledger-transaction.js';
import { LedgerService } from '../../ledger/ledger.service.js';
import { DomainError } from '../../shared/errors.js';
import { scopeOf } from '../../shared/scope.js';
import type { ChargeVerdict } from '../rules/may-charge.js';
import {
  type AttemptOutcome,
  type FrozenCard,
  type ProgressChange,
  type TopUpChange,
  topUpChange,
  type TopUpEnd,
} from '../rules/top-up-changes.js';
import { actorOf } from './settlement.js';
import type { TopUp } from './top-up.entity.js';

/** The steps of a top-up's life, each a command on its wallet. What they change is changed on the row in hand, too. */
@Injectable()
export class TopUpSteps {
  constructor(
    private readonly ledger: LedgerService,
    private readonly paymentMethods: PaymentMethodsService,
  ) {}

  /**
   * Asks whether money may move now, and writes down what with. To be asked before every call that can move it.
   * @param card of a new attempt; null repeats the attempt that was authorized before
   * @returns false when the top-up has ended, or is being canceled
   * @throws conflict when somebody else has gone on with it
   */
  async authorize(topUp: TopUp, provider: string, card: FrozenCard | null): Promise<boolean> {
    const methodId = card?.paymentMethodId ?? topUp.paymentMethodId;
    const verdict = (await this.#post(
      topUp,
      { kind: 'authorize', topUpId: topUp.id, attempt: topUp.attempt, provider, card },
      methodId ? (tx) => this.#requireCard(tx, topUp, methodId) : undefined,
    )) as ChargeVerdict;
    if (!verdict.mayCharge) return false;
    topUp.topUpStatus = 'charging';
    if (card) {
      const begun = { keyNumber: 1, lookups: 0, actionUrl: null, actionRequestedAt: null };
      Object.assign(topUp, card, { provider, attempt: topUp.attempt + 1, ...begun });
    }
    return true;
  }

  async progress(topUp: TopUp, change: ProgressChange, outcome?: AttemptOutcome): Promise<void> {
    const { id: topUpId, attempt } = topUp;
    await this.#post(topUp, { kind: 'progress', topUpId, attempt, change, ...(outcome ? { outcome } : {}) });
    Object.assign(topUp, change);
  }

  async end(topUp: TopUp, end: TopUpEnd): Promise<void> {
    await this.#post(topUp, { kind: 'end', topUpId: topUp.id, end });
    topUp.topUpStatus = end.status;
  }

  /** The card that is charged is the one on file at this moment. */
  async #requireCard(
    tx: LedgerTransaction,
    topUp: TopUp,
    methodId: string | null | undefined,
  ): Promise<DomainError | void> {
    const method = await this.paymentMethods.findChargeable(scopeOf(topUp), topUp.customerId, tx.em);
    if (method?.id === methodId) return;
    return new DomainError('conflict', 'another card was put on file meanwhile', { code: 'card_changed' });
  }

  async #post(topUp: TopUp, change: TopUpChange, guard?: LedgerCommand['guard']): Promise<unknown> {
    const { posting } = await this.ledger.post({
      kind: 'evaluate',
      scope: scopeOf(topUp),
      walletId: topUp.walletId,
      actor: actorOf(topUp),
      ...(guard ? { guard } : {}),
      changes: [topUpChange(change)],
      answer: () => null,
    });
    return posting?.changed[0];
  }
}
