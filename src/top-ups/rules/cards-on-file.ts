import type { EntityManager } from '@mikro-orm/postgresql';
import { EntityManager as RootEntityManager } from '@mikro-orm/postgresql';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { PaymentMethod } from '../../customers/payment-method.entity.js';
import { PaymentMethodsService } from '../../customers/payment-methods.service.js';
import type { LedgerCommand } from '../../ledger/commands.js';
import { LedgerService } from '../../ledger/ledger.service.js';
import { Wallet } from '../../ledger/wallet.entity.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { topUpChange, type TopUpChange } from './top-up-changes.js';

/** What a card that comes or goes means for the wallets of its customer: in the commit that brings or takes it. */
@Injectable()
export class CardsOnFile implements OnModuleInit {
  constructor(
    private readonly em: RootEntityManager,
    private readonly ledger: LedgerService,
    private readonly paymentMethods: PaymentMethodsService,
  ) {}

  onModuleInit(): void {
    this.paymentMethods.onReplaced = (tx, method, isRenewed) =>
      this.#tellWallets(tx, method, { kind: 'new_card', cardFingerprint: method.fingerprint, isRenewed });
    this.paymentMethods.onRemoved = (tx, method) =>
      this.#tellWallets(tx, method, {
        kind: 'pause',
        reason: 'no_payment_method',
        cardFingerprint: method.fingerprint,
      });
  }

  /** One command for each wallet that is not closed, all in the caller's transaction. @returns what to do after its commit */
  async #tellWallets(tx: EntityManager, method: PaymentMethod, change: TopUpChange): Promise<() => void> {
    const where = { ...scopeOf(method), customerId: method.customerId, walletStatus: { $ne: 'closed' as const } };
    const wallets = await tx.find(Wallet, where, { fields: ['id'], orderBy: { id: 'asc' } });
    const commands = wallets.map(({ id }) => evaluation(scopeOf(method), id, change));
    return this.ledger.join(tx, commands);
  }
}

function evaluation(scope: Scope, walletId: string, change: TopUpChange): LedgerCommand {
  const actor = { keyId: '', requestId: 'payment-method' };
  return { kind: 'evaluate', scope, walletId, actor, changes: [topUpChange(change)], answer: () => null };
}
