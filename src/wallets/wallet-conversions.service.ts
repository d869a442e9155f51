import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import type { IdempotentRequest } from '../http/idempotency.js';
import { type LedgerAnswer, LedgerService } from '../ledger/ledger.service.js';
import type { Posting } from '../ledger/posting.js';
import type { WalletRecord, WalletState } from '../ledger/wallet-state.js';
import { Wallet } from '../ledger/wallet.entity.js';
import { ZERO } from '../shared/decimal.js';
import { DomainError } from '../shared/errors.js';
import { newWalletIdIn, walletKey } from '../shared/shard.js';
import { scopeOf } from '../shared/scope.js';
import { TopUpPolicy } from '../top-ups/rules/top-up-policy.js';
import { topUpChange } from '../top-ups/rules/top-up-changes.js';
import { renderWallet } from './render-wallet.js';
import type { ModifiedWalletDto } from './wallet-answers.dto.js';

/** Turns a prepaid wallet into a postpaid one. */
@Injectable()
export class WalletConversionsService {
  constructor(
    private readonly em: EntityManager,
    private readonly ledger: LedgerService,
    private readonly policy: TopUpPolicy,
  ) {}

  /**
   * Closes the wallet and opens a postpaid one with its credits, rates, alerts and automatic top-up, in one commit.
   * @throws not_found; invalid_operation when it is not an active prepaid one, in debt, or has credits on hold;
   *   already_exists when the customer has an active postpaid wallet of the currency
   */
  async toPostpaid(
    caller: Caller,
    walletId: string,
    idempotency?: IdempotentRequest,
  ): Promise<LedgerAnswer<ModifiedWalletDto>> {
    try {
      return await this.ledger.post({
        kind: 'convert',
        scope: scopeOf(caller),
        walletId,
        actor: caller,
        ...(idempotency ? { idempotency } : {}),
        successor: (closed, now) => postpaidSuccessor(closed, now, caller.keyId),
        changes: [topUpChange({ kind: 'take_over' })],
        answer: ({ state, successor }) => ({
          original_wallet: renderWallet(state.wallet, this.policy.stateOf(state)),
          new_wallet: this.#render((successor as Posting).state),
        }),
      });
    } catch (error) {
      if (error instanceof DomainError && error.kind === 'already_exists') await this.#nameSecond(caller, walletId);
      throw error;
    }
  }

  #render(state: WalletState) {
    return renderWallet(state.wallet, this.policy.stateOf(state));
  }

  /** The partial unique index is the wall; this says it in words. */
  async #nameSecond(caller: Caller, walletId: string): Promise<void> {
    const em = this.em.fork();
    const wallet = await em.findOne(Wallet, { ...walletKey(walletId), ...scopeOf(caller) });
    if (!wallet) return;
    const { customerId, currency } = wallet;
    const where = {
      ...scopeOf(caller),
      customerId,
      currency,
      walletType: 'POST_PAID',
      walletStatus: 'active',
    } as const;
    const second = await em.findOne(Wallet, where);
    if (!second) return;
    throw new DomainError('already_exists', `the customer has an active POST_PAID wallet in ${currency} already`, {
      details: { customer_id: customerId, wallet_id: second.id, currency, wallet_type: 'POST_PAID' },
    });
  }
}

function postpaidSuccessor(closed: WalletRecord, now: Date, keyId: string): WalletRecord {
  return {
    ...closed,
    id: newWalletIdIn(closed.shard, now),
    walletType: 'POST_PAID',
    walletStatus: 'active',
    name: `Postpaid Wallet - ${closed.currency.toUpperCase()}`,
    metadata: { ...closed.metadata, converted_from: closed.id },
    allowedPriceTypes: ['ALL'],
    creditBalance: ZERO,
    held: ZERO,
    debt: ZERO,
    sequence: 0,
    lastEntryHash: '',
    lastEntryAt: null,
    version: 1,
    alertState: 'ok',
    creditAlertState: 'ok',
    createdAt: now,
    updatedAt: now,
    createdBy: keyId,
    updatedBy: keyId,
  };
}
