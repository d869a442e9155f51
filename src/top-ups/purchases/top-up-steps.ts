import { Injectable } from '@nestjs/common';
import type { LedgerCommand } from '../../ledger/commands.js';
import type { LedgerTransaction } from '../../shared/ledger-transaction.js';
import { LedgerService } from '../../ledger/ledger.service.js';
import { DomainError } from '../../shared/errors.js';
import { scopeOf } from '../../shared/scope.js';
import { type BackupTurn, turnWith } from '../rules/judge-backup.js';
import type { ChargeVerdict } from '../rules/may-charge.js';
import {
  type AttemptOutcome,
  type FrozenCard,
  type ProgressChange,
  type TopUpChange,
  topUpChange,
  type TopUpEnd,
} from '../rules/top-up-changes.js';
import { DeclineCounts } from './decline-counts.js';
import { actorOf } from './settlement.js';
import { TopUpCards } from './top-up-cards.js';
import type { TopUp } from './top-up.entity.js';

/** The code of the conflict where the card that was chosen is not the one on file any more. */
export const CARD_CHANGED = 'card_changed';

/** The steps of a top-up's life, each a command on its wallet. What they change is changed on the row in hand, too. */
@Injectable()
export class TopUpSteps {
  constructor(
    private readonly ledger: LedgerService,
    private readonly cards: TopUpCards,
    private readonly declines: DeclineCounts,
  ) {}

  /**
   * Asks whether money may move now, and writes down what with. To be asked before every call that can move it.
   * @param card of a new attempt; null repeats the attempt that was authorized before
   * @param backupLast4 the last digits of that card where it is the customer's backup, not the one on file
   * @returns false when the top-up has ended, is being canceled, or waits for its tenant to come back
   * @throws conflict when somebody else has gone on with it, or, with the code CARD_CHANGED, another card has come
   */
  async authorize(
    topUp: TopUp,
    provider: string,
    card: FrozenCard | null,
    backupLast4: string | null = null,
  ): Promise<boolean> {
    const backup = card ? turnWith(topUp.backup, backupLast4 !== null) : (topUp.backup ?? null);
    const methodId = card?.paymentMethodId ?? topUp.paymentMethodId;
    const verdict = (await this.#post(
      topUp,
      { kind: 'authorize', topUpId: topUp.id, attempt: topUp.attempt, provider, card, backupLast4 },
      methodId ? (tx) => this.#requireCard(tx, topUp, backup, methodId) : undefined,
    )) as ChargeVerdict;
    if (!verdict.mayCharge) return false;
    topUp.topUpStatus = 'charging';
    if (card) {
      const begun = { keyNumber: 1, lookups: 0, actionUrl: null, actionRequestedAt: null };
      Object.assign(topUp, card, { provider, backup, attempt: topUp.attempt + 1, ...begun });
    }
    return true;
  }

  async progress(topUp: TopUp, change: ProgressChange, outcome?: AttemptOutcome): Promise<void> {
    const { id: topUpId, attempt } = topUp;
    await this.#post(topUp, { kind: 'progress', topUpId, attempt, change, ...(outcome ? { outcome } : {}) });
    if (outcome?.outcome === 'declined') this.declines.count(outcome.code);
    Object.assign(topUp, change);
  }

  async end(topUp: TopUp, end: TopUpEnd): Promise<void> {
    await this.#post(topUp, { kind: 'end', topUpId: topUp.id, end });
    topUp.topUpStatus = end.status;
  }

  /** The card that is charged is at this moment the one on file, or the backup where it is that one's turn. */
  async #requireCard(
    tx: LedgerTransaction,
    topUp: TopUp,
    backup: BackupTurn | null,
    methodId: string,
  ): Promise<DomainError | void> {
    const method = await this.cards.current({ ...scopeOf(topUp), customerId: topUp.customerId, backup }, tx.em);
    if (method?.id === methodId) return;
    return new DomainError('conflict', 'another card was put on file meanwhile', { code: CARD_CHANGED });
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
