import { LockMode } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ApiKeysService } from '../auth/api-keys.service.js';
import { filterConditions, type FilterFields, sortOrder } from '../http/filters.js';
import { invalidRequest } from '../http/field-errors.js';
import { ProviderCustomers } from '../payments/provider-customers.js';
import { Clock } from '../shared/clock.js';
import { notFound } from '../shared/errors.js';
import { newId } from '../shared/ids.js';
import { type Scope, scopeOf } from '../shared/scope.js';
import { unlessTaken } from '../shared/unless-taken.js';
import { Customer } from './customer.entity.js';
import type {
  CreateCustomerDto,
  CustomerReferenceQuery,
  CustomerSearchDto,
  UpdateCustomerDto,
} from './customers.dto.js';
import { PaymentMethod } from './payment-method.entity.js';
import { type Actor, PaymentMethodsService } from './payment-methods.service.js';

/** What customers may be filtered and sorted by. */
const CUSTOMER_FIELDS: FilterFields = {
  id: { property: 'id', type: 'text' },
  external_id: { property: 'externalId', type: 'text' },
  name: { property: 'name', type: 'text' },
  email: { property: 'email', type: 'text' },
  contact: { property: 'contact', type: 'text' },
  address_city: { property: 'addressCity', type: 'text' },
  address_state: { property: 'addressState', type: 'text' },
  address_postal_code: { property: 'addressPostalCode', type: 'text' },
  address_country: { property: 'addressCountry', type: 'text' },
  timezone: { property: 'timezone', type: 'text' },
  status: { property: 'status', type: 'text' },
  created_at: { property: 'createdAt', type: 'timestamp' },
  updated_at: { property: 'updatedAt', type: 'timestamp' },
  created_by: { property: 'createdBy', type: 'text' },
};

@Injectable()
export class CustomersService implements OnModuleInit {
  /** Asked in the transaction that deletes a customer, by the room that keeps what they own; what it throws refuses it. */
  onDelete: (tx: EntityManager, customer: Customer) => Promise<void> = async () => {};

  constructor(
    private readonly em: EntityManager,
    private readonly paymentMethods: PaymentMethodsService,
    private readonly apiKeys: ApiKeysService,
    private readonly providerCustomers: ProviderCustomers,
    private readonly clock: Clock,
  ) {}

  /** A key is bound to an account that is there; a payment provider is told whom it charges. */
  onModuleInit(): void {
    this.providerCustomers.describe = async (scope, id) => {
      const customer = await this.em.fork().findOne(Customer, { id, ...scopeOf(scope), status: { $ne: 'deleted' } });
      return customer ? { name: customer.name, email: customer.email ?? null } : undefined;
    };
    this.apiKeys.requireCustomer = async (em, scope, id) => {
      const known = await em.count(Customer, { id, ...scopeOf(scope), status: 'published' });
      if (known === 0) throw notFound('customer', { customer_id: id });
    };
  }

  /**
   * Creates a customer; on the sandbox of a development environment with an approving card on file.
   * @throws already_exists for an external id that another customer has
   */
  async create(caller: Actor, draft: CreateCustomerDto): Promise<Customer> {
    const id = newId('cust', this.clock.now());
    const card = await this.paymentMethods.attachTestCard(caller, id);
    return refuseTakenId(draft.external_id, () =>
      this.em.fork().transactional(async (tx) => {
        const customer = tx.create(Customer, this.#newCustomer(id, caller, draft));
        change(customer, draft);
        if (card) this.paymentMethods.add(tx, caller, id, card);
        return customer;
      }),
    );
  }

  async get(scope: Scope, id: string): Promise<Customer> {
    const customer = await this.em.fork().findOne(Customer, { id, ...scopeOf(scope), status: { $ne: 'deleted' } });
    if (!customer) throw notFound('customer', { customer_id: id });
    return customer;
  }

  async getByExternalId(scope: Scope, externalId: string): Promise<Customer> {
    const where = { externalId, ...scopeOf(scope), status: 'published' } as const;
    const customer = await this.em.fork().findOne(Customer, where);
    if (!customer) throw notFound('customer', { external_customer_id: externalId });
    return customer;
  }

  /** @throws validation when neither id is given, or when they are of two customers */
  async resolve(scope: Scope, { id, external_customer_id: externalId }: CustomerReferenceQuery): Promise<Customer> {
    if (id === undefined && externalId === undefined) throw invalidRequest('id or external_customer_id is required');
    if (id === undefined) return this.getByExternalId(scope, externalId as string);
    const customer = await this.get(scope, id);
    if (externalId !== undefined && customer.externalId !== externalId) {
      throw invalidRequest('id and external_customer_id are of different customers');
    }
    return customer;
  }

  async list(scope: Scope, search: CustomerSearchDto): Promise<{ items: Customer[]; total: number }> {
    const { customer_ids, external_ids, external_id, email, metadata, status, start_time, end_time } = search;
    const conditions: Record<string, unknown>[] = [{ ...scopeOf(scope), status: status ?? 'published' }];
    if (customer_ids?.length) conditions.push({ id: { $in: customer_ids } });
    if (external_ids?.length) conditions.push({ externalId: { $in: external_ids } });
    if (external_id) conditions.push({ externalId: external_id });
    if (search.parent_customer_ids?.length) conditions.push({ id: { $in: [] } });
    if (email) conditions.push({ email });
    if (metadata && Object.keys(metadata).length > 0) conditions.push({ metadata: { $contains: metadata } });
    if (start_time) conditions.push({ createdAt: { $gte: start_time } });
    if (end_time) conditions.push({ createdAt: { $lte: end_time } });
    conditions.push(...filterConditions(search.filters, CUSTOMER_FIELDS));
    const [items, total] = await this.em.fork().findAndCount(
      Customer,
      { $and: conditions },
      {
        limit: search.limit,
        offset: search.offset,
        orderBy: sortOrder(search.sort, CUSTOMER_FIELDS, search.order),
      },
    );
    return { items, total };
  }

  /** @throws already_exists for an external id that another customer has */
  async update(caller: Actor, id: string, changes: UpdateCustomerDto): Promise<Customer> {
    const where = { id, ...scopeOf(caller), status: { $ne: 'deleted' as const } };
    return refuseTakenId(changes.external_id ?? '', () =>
      this.em.fork().transactional(async (tx) => {
        const customer = await tx.findOne(Customer, where, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
        if (!customer) throw notFound('customer', { customer_id: id });
        change(customer, changes);
        customer.updatedAt = this.clock.now();
        customer.updatedBy = caller.keyId;
        return customer;
      }),
    );
  }

  /**
   * Deletes a customer whose wallets are all closed, with its cards and account keys. Its external id is free again.
   * @throws not_found; invalid_operation while it has a wallet that is not closed
   */
  async delete(caller: Actor, id: string): Promise<void> {
    const where = { id, ...scopeOf(caller), status: { $ne: 'deleted' as const } };
    const keyHashes = await this.em.fork().transactional(async (tx) => {
      // Excludes wallets being opened: they hold the customer's row until they are committed, see `lockLive`.
      const customer = await tx.findOne(Customer, where, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
      if (!customer) throw notFound('customer', { customer_id: id });
      await this.onDelete(tx, customer);
      const stamp = { updatedAt: this.clock.now(), updatedBy: caller.keyId };
      Object.assign(customer, { ...stamp, status: 'deleted' as const });
      await tx.nativeUpdate(
        PaymentMethod,
        { ...scopeOf(caller), customerId: id, status: { $ne: 'deleted' } },
        { ...stamp, status: 'deleted' },
      );
      return this.apiKeys.revokeAccountKeys(tx, caller, id, caller);
    });
    this.apiKeys.forget(keyHashes);
  }

  /**
   * Keeps a customer from being deleted until the transaction ends.
   * @returns false when it is deleted already
   */
  async lockLive(tx: EntityManager, scope: Scope, id: string): Promise<boolean> {
    const where = { id, ...scopeOf(scope), status: { $ne: 'deleted' as const } };
    return (await tx.findOne(Customer, where, { lockMode: LockMode.PESSIMISTIC_READ, refresh: true })) !== null;
  }

  #newCustomer(id: string, caller: Actor, { external_id: externalId, name }: CreateCustomerDto) {
    const now = this.clock.now();
    return {
      id,
      ...scopeOf(caller),
      externalId,
      name,
      email: null,
      contact: null,
      addressLine1: null,
      addressLine2: null,
      addressCity: null,
      addressState: null,
      addressPostalCode: null,
      addressCountry: null,
      taxId: null,
      timezone: 'UTC',
      metadata: {},
      status: 'published' as const,
      createdAt: now,
      updatedAt: now,
      createdBy: caller.keyId,
      updatedBy: caller.keyId,
    };
  }
}

/** Absent and null leave a field as it is, empty text removes it. */
function change(customer: Customer, changes: UpdateCustomerDto): void {
  customer.externalId = changes.external_id ?? customer.externalId;
  customer.name = changes.name ?? customer.name;
  customer.email = changed(changes.email, customer.email);
  customer.contact = changed(changes.contact, customer.contact);
  customer.addressLine1 = changed(changes.address_line1, customer.addressLine1);
  customer.addressLine2 = changed(changes.address_line2, customer.addressLine2);
  customer.addressCity = changed(changes.address_city, customer.addressCity);
  customer.addressState = changed(changes.address_state, customer.addressState);
  customer.addressPostalCode = changed(changes.address_postal_code, customer.addressPostalCode);
  customer.addressCountry = changed(changes.address_country?.toUpperCase(), customer.addressCountry);
  customer.taxId = changed(changes.tax_id, customer.taxId);
  customer.timezone = changes.timezone || customer.timezone;
  customer.metadata = changes.metadata ?? customer.metadata;
}

function changed(to: string | null | undefined, from: string | null | undefined): string | null {
  return to === '' ? null : (to ?? from ?? null);
}

function refuseTakenId<Result>(externalId: string, write: () => Promise<Result>): Promise<Result> {
  const message = `a customer with external_id ${externalId} exists already`;
  return unlessTaken(write, { message, details: { external_id: externalId } }, 'customer_external_id_unique');
}
