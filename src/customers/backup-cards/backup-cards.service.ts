import { LockMode } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../../auth/caller.js';
import { Clock } from '../../shared/clock.js';
import { DomainError, notFound } from '../../shared/errors.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { isExpired } from '../card-expiry.js';
import { Customer } from '../customer.entity.js';
import { PaymentMethod } from '../payment-method.entity.js';

type Actor = Pick<Caller, 'tenantId' | 'environmentId' | 'keyId'>;

/**
 * The one card that a customer has chosen to be tried where the card on file is declined. Choosing it charges nothing and
 * ends no pause.
 */
@Injectable()
export class BackupCards {
  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes a saved card the backup, in place of the one that was.
   * @throws not_found without such a customer or card; invalid_operation for the card on file, one that has expired, and one
   *   that another provider keeps
   */
  async choose(caller: Actor, customerId: string, id: string): Promise<PaymentMethod> {
    return this.em.fork().transactional(async (tx) => {
      await lockCustomer(tx, caller, customerId);
      const method = await this.#findSaved(tx, caller, customerId, id);
      if (method.status === 'backup') return method;
      this.#refuse(method, await tx.findOne(PaymentMethod, { ...of(caller, customerId), status: 'published' }));
      await tx.nativeUpdate(PaymentMethod, backupOf(caller, customerId), this.#change(caller, 'archived'));
      Object.assign(method, this.#change(caller, 'backup'));
      return method;
    });
  }

  /**
   * The card stays saved, and stands in for no other any more.
   * @throws not_found unless it is the backup
   */
  async drop(caller: Actor, customerId: string, id: string): Promise<void> {
    const where = { ...backupOf(caller, customerId), id };
    const dropped = await this.em.fork().nativeUpdate(PaymentMethod, where, this.#change(caller, 'archived'));
    if (dropped === 0) throw notFound('backup card', { customer_id: customerId, payment_method_id: id });
  }

  /** The backup, if there is one. */
  async findChargeable(
    scope: Scope,
    customerId: string,
    em: EntityManager = this.em.fork(),
  ): Promise<PaymentMethod | undefined> {
    return (await em.findOne(PaymentMethod, backupOf(scope, customerId), { refresh: true })) ?? undefined;
  }

  /** @returns the card, where it was the backup until now */
  async retire(tx: EntityManager, scope: Scope, id: string): Promise<PaymentMethod | undefined> {
    const where = { ...scopeOf(scope), id, status: 'backup' as const };
    const change = this.#change({ ...scopeOf(scope), keyId: '' }, 'archived');
    if ((await tx.nativeUpdate(PaymentMethod, where, change)) === 0) return undefined;
    return tx.findOneOrFail(PaymentMethod, { id }, { refresh: true });
  }

  async #findSaved(tx: EntityManager, scope: Scope, customerId: string, id: string): Promise<PaymentMethod> {
    const where = { ...of(scope, customerId), id, status: { $ne: 'deleted' as const } };
    const method = await tx.findOne(PaymentMethod, where, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
    if (!method) throw notFound('payment method', { customer_id: customerId, payment_method_id: id });
    return method;
  }

  #refuse(method: PaymentMethod, onFile: PaymentMethod | null): void {
    if (onFile?.fingerprint === method.fingerprint) {
      throw refusal('is_on_file', 'this card is charged first already: a backup is another card');
    }
    if (onFile && onFile.provider !== method.provider) {
      throw refusal('other_provider', `this card is kept by ${method.provider}, the one on file by ${onFile.provider}`);
    }
    if (isExpired(method, this.clock.now())) throw refusal('card_expired', 'this card has expired');
  }

  #change(caller: Actor, status: 'backup' | 'archived') {
    return { status, updatedAt: this.clock.now(), updatedBy: caller.keyId };
  }
}

/** Whoever changes which cards of a customer are used does it one after the other. @throws not_found */
async function lockCustomer(tx: EntityManager, scope: Scope, id: string): Promise<void> {
  const where = { id, ...scopeOf(scope), status: { $ne: 'deleted' as const } };
  const customer = await tx.findOne(Customer, where, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
  if (!customer) throw notFound('customer', { customer_id: id });
}

function refusal(code: string, message: string): DomainError {
  return new DomainError('invalid_operation', message, { code });
}

function of(scope: Scope, customerId: string) {
  return { ...scopeOf(scope), customerId };
}

function backupOf(scope: Scope, customerId: string) {
  return { ...of(scope, customerId), status: 'backup' as const };
}
