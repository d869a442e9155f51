import { LockMode } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import type { PaymentMethodDetails } from '../payments/payment-provider.js';
import { PaymentProviders } from '../payments/payment-providers.js';
import { EventEngine } from '../payments/stripe/event-engine.js';
import { APPROVING_SANDBOX_TOKEN } from '../payments/sandbox-cards.js';
import { Clock } from '../shared/clock.js';
import { DomainError, invalidField, notFound } from '../shared/errors.js';
import { newId } from '../shared/ids.js';
import { type Scope, scopeOf } from '../shared/scope.js';
import { isRenewal, noticeAt } from './card-expiry.js';
import { Customer } from './customer.entity.js';
import { PaymentMethod } from './payment-method.entity.js';

/** Cards that were replaced, in a list. */
const EARLIER_LIMIT = 100;

/** Who acts, and where: a caller, or the service itself when it makes demo data. */
export type Actor = Pick<Caller, 'tenantId' | 'environmentId' | 'environmentType' | 'keyId'>;

/** Whose name a change carries. */
type Stamp = Pick<Actor, 'tenantId' | 'environmentId' | 'keyId'>;

/** A card that the provider has taken into its keeping, and nobody's yet. */
export interface AttachedCard {
  provider: string;
  details: PaymentMethodDetails;
}

/** Cards on file: at most one of a customer, which every charge is made with. */
@Injectable()
export class PaymentMethodsService implements OnModuleInit {
  /**
   * Called in the transaction that puts a card on file, or takes one off, so that what waits for it or would charge it
   * changes in the same commit. `isRenewed`: it is the card that was, with a later date. Answers what is to be done after
   * that commit.
   */
  onReplaced: (tx: EntityManager, method: PaymentMethod, isRenewed: boolean) => Promise<() => void> =
    async () => () => {};
  onRemoved: (tx: EntityManager, method: PaymentMethod) => Promise<() => void> = async () => () => {};

  constructor(
    private readonly em: EntityManager,
    private readonly providers: PaymentProviders,
    private readonly providerEvents: EventEngine,
    private readonly clock: Clock,
  ) {}

  /** A card that a provider has saved is put on file. */
  onModuleInit(): void {
    this.providerEvents.onCardSaved = (scope, customerId, card) => this.adopt(scope, customerId, card);
  }

  /**
   * Puts a card on file in place of the one that was.
   * @throws not_found without such a customer; validation for an unknown token; invalid_operation without a provider
   */
  async replace(caller: Actor, customerId: string, token: string): Promise<PaymentMethod> {
    refuseCardNumber(token);
    const where = liveCustomer(caller, customerId);
    if (!(await this.em.fork().count(Customer, where))) throw notFound('customer', { customer_id: customerId });
    return this.#putOnFile(caller, customerId, await this.#attach(caller, customerId, token));
  }

  /**
   * Puts a card on file that its holder has given to the provider, however often the provider tells of it: one that was on
   * file before stays what it has become since.
   */
  async adopt(scope: Scope, customerId: string, card: AttachedCard): Promise<void> {
    const actor = { ...scopeOf(scope), keyId: card.provider };
    const known = { ...scopeOf(scope), customerId, providerRef: card.details.providerRef };
    try {
      await this.#putOnFile(actor, customerId, card, known);
    } catch (error) {
      // Deleted meanwhile, or known already: there is nothing left to do.
      if (error instanceof DomainError && (error.kind === 'not_found' || error.kind === 'already_exists')) return;
      throw error;
    }
  }

  /** The approving card of a new customer on the sandbox of a development environment; undefined anywhere else. */
  async attachTestCard(caller: Actor, customerId: string): Promise<AttachedCard | undefined> {
    if (caller.environmentType !== 'development') return undefined;
    const provider = await this.providers.resolve(caller);
    if (provider?.name !== 'sandbox') return undefined;
    return this.#attach(caller, customerId, APPROVING_SANDBOX_TOKEN);
  }

  /** Puts a card on file inside the caller's transaction. There must be none. */
  add(tx: EntityManager, caller: Stamp, customerId: string, { provider, details }: AttachedCard): PaymentMethod {
    const now = this.clock.now();
    return tx.create(PaymentMethod, {
      id: newId('pm', now),
      ...scopeOf(caller),
      customerId,
      provider,
      ...details,
      status: 'published',
      noticeAt: noticeAt(details),
      createdAt: now,
      updatedAt: now,
      createdBy: caller.keyId,
      updatedBy: caller.keyId,
    });
  }

  /** The card on file and the backup; or, newest first, at most 100 of those that were replaced and are still saved. */
  async list(scope: Scope, customerId: string, which: 'in_use' | 'earlier' = 'in_use'): Promise<PaymentMethod[]> {
    const em = this.em.fork();
    if (!(await em.count(Customer, liveCustomer(scope, customerId)))) {
      throw notFound('customer', { customer_id: customerId });
    }
    const where = { ...scopeOf(scope), customerId };
    const newestFirst = { createdAt: 'desc', id: 'desc' } as const;
    return which === 'in_use'
      ? em.find(PaymentMethod, { ...where, status: { $in: ['published', 'backup'] } }, { orderBy: { status: 'desc' } })
      : em.find(PaymentMethod, { ...where, status: 'archived' }, { orderBy: newestFirst, limit: EARLIER_LIMIT });
  }

  /** The card that a charge is made with, if there is one. */
  async findChargeable(
    scope: Scope,
    customerId: string,
    em: EntityManager = this.em.fork(),
  ): Promise<PaymentMethod | undefined> {
    return (await em.findOne(PaymentMethod, onFile(scope, customerId), { refresh: true })) ?? undefined;
  }

  /** Forgets a saved card. Of the one on file that pauses, in the same commit, what would charge it. */
  async remove(caller: Stamp, customerId: string, id: string): Promise<void> {
    const where = { id, ...scopeOf(caller), customerId, status: { $ne: 'deleted' as const } };
    const afterwards = await this.em.fork().transactional(async (tx) => {
      const method = await tx.findOne(PaymentMethod, where, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
      if (!method) throw notFound('payment method', { customer_id: customerId, payment_method_id: id });
      const isOnFile = method.status === 'published';
      Object.assign(method, this.#retired(caller, 'deleted'));
      await tx.flush();
      return isOnFile ? this.onRemoved(tx, method) : () => {};
    });
    afterwards();
  }

  /** @throws not_found without such a customer; already_exists for what is known */
  async #putOnFile(
    actor: Stamp,
    customerId: string,
    card: AttachedCard,
    known?: Scope & { customerId: string; providerRef: string },
  ): Promise<PaymentMethod> {
    const { method, afterwards } = await this.em.fork().transactional(async (tx) => {
      const lock = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } as const;
      const customer = await tx.findOne(Customer, liveCustomer(actor, customerId), lock);
      if (!customer) throw notFound('customer', { customer_id: customerId });
      if (known && (await tx.count(PaymentMethod, known)) > 0) {
        throw new DomainError('already_exists', 'the card was put on file before');
      }
      const before = await this.findChargeable(actor, customerId, tx);
      await tx.nativeUpdate(PaymentMethod, onFile(actor, customerId), this.#retired(actor, 'archived'));
      await tx.nativeUpdate(PaymentMethod, sameBackup(actor, customerId, card), this.#retired(actor, 'archived'));
      const added = this.add(tx, actor, customerId, card);
      await tx.flush();
      const isRenewed = before !== undefined && isRenewal(before, added);
      return { method: added, afterwards: await this.onReplaced(tx, added, isRenewed) };
    });
    afterwards();
    return method;
  }

  async #attach(scope: Scope, customerId: string, token: string): Promise<AttachedCard> {
    const provider = await this.providers.resolve(scope);
    if (!provider) {
      throw new DomainError('invalid_operation', 'no payment provider is configured: see the setting payments');
    }
    return { provider: provider.name, details: await provider.attachPaymentMethod({ customerId, token }) };
  }

  #retired(caller: Stamp, status: 'archived' | 'deleted') {
    return { status, updatedAt: this.clock.now(), updatedBy: caller.keyId };
  }
}

/** Card numbers have 12 to 19 digits. We must never have one, so the answer does not repeat it either. */
function refuseCardNumber(token: string): void {
  if (!/^\d{12,19}$/.test(token.replace(/[\s.-]/g, ''))) return;
  throw invalidField('token', 'looks like a card number: give that to the payment provider, and send its token');
}

/** The card that comes on file, as the backup that it was: it stands in for itself no more. */
function sameBackup(scope: Scope, customerId: string, { details: { fingerprint } }: AttachedCard) {
  return { ...scopeOf(scope), customerId, fingerprint, status: 'backup' as const };
}

function onFile(scope: Scope, customerId: string) {
  return { ...scopeOf(scope), customerId, status: 'published' as const };
}

function liveCustomer(scope: Scope, id: string) {
  return { id, ...scopeOf(scope), status: { $ne: 'deleted' as const } };
}
