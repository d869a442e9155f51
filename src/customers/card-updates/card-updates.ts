import { LockMode } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { KeptCard, PaymentMethodDetails } from '../../payments/payment-provider.js';
import { EventEngine } from '../../payments/stripe/event-engine.js';
import { Clock } from '../../shared/clock.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { isRenewal, noticeAt } from '../card-expiry.js';
import { PaymentMethod } from '../payment-method.entity.js';
import { PaymentMethodsService } from '../payment-methods.service.js';

/** Saved cards that have changed at their provider: a new number or date from the card's network, or taken away there. */
@Injectable()
export class CardUpdates implements OnModuleInit {
  constructor(
    private readonly em: EntityManager,
    private readonly paymentMethods: PaymentMethodsService,
    private readonly providerEvents: EventEngine,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.providerEvents.onCardRead = (scope, provider, ref, read) => this.#takeOver(scope, provider, ref, read);
  }

  /** A card that was saved more than once is more than one row. @returns whether anything has changed */
  async #takeOver(scope: Scope, provider: string, providerRef: string, read: KeptCard): Promise<boolean> {
    if (read.kind === 'unknown') return false;
    const where = { ...scopeOf(scope), provider, providerRef, status: { $ne: 'deleted' as const } };
    const methods = await this.em.fork().find(PaymentMethod, where, { orderBy: { id: 'asc' } });
    let isChanged = false;
    for (const { id, customerId } of methods) {
      if (read.kind === 'kept') isChanged = (await this.#update(id, read.card)) || isChanged;
      else await this.paymentMethods.remove({ ...scopeOf(scope), keyId: provider }, customerId, id);
    }
    return isChanged;
  }

  /** The id stays, and so do attempts, which are counted by fingerprint. What waits for another card goes on, in the same commit. */
  async #update(id: string, card: PaymentMethodDetails): Promise<boolean> {
    const afterwards = await this.em.fork().transactional(async (tx) => {
      const lock = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } as const;
      const method = await tx.findOne(PaymentMethod, { id, status: { $ne: 'deleted' } }, lock);
      if (!method || isSame(method, card)) return undefined;
      const isRenewed = isRenewal(method, card);
      if (!isSameDate(method, card)) method.noticeAt = noticeAt(card);
      Object.assign(method, { ...card, updatedAt: this.clock.now(), updatedBy: method.provider });
      await tx.flush();
      return method.status === 'published' ? this.paymentMethods.onReplaced(tx, method, isRenewed) : () => {};
    });
    afterwards?.();
    return afterwards !== undefined;
  }
}

function isSame(method: PaymentMethod, card: PaymentMethodDetails): boolean {
  const { brand, last4, fingerprint } = card;
  return (
    isSameDate(method, card) && method.brand === brand && method.last4 === last4 && method.fingerprint === fingerprint
  );
}

function isSameDate(method: PaymentMethod, { expiryMonth, expiryYear }: PaymentMethodDetails): boolean {
  return method.expiryMonth === expiryMonth && method.expiryYear === expiryYear;
}
