import type { FilterQuery } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { type FilterFields, sortOrder } from '../../http/filters.js';
import { invalidField, notFound } from '../../shared/errors.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { shardOf } from '../../shared/shard.js';
import { TopUpAttempt } from '../purchases/top-up.entity.js';
import { CardPayment, Payment, ReportedPayment } from './payment.entity.js';
import type { PaymentDto, PaymentListQuery } from './payments.dto.js';
import { renderPayment } from './render-payment.js';

const SORT_FIELDS: FilterFields = {
  id: { property: 'id', type: 'text' },
  amount: { property: 'amount', type: 'decimal' },
  currency: { property: 'currency', type: 'text' },
  payment_status: { property: 'paymentStatus', type: 'text' },
  payment_method_type: { property: 'paymentMethodType', type: 'text' },
  payment_gateway: { property: 'gateway', type: 'text' },
  destination_id: { property: 'invoiceId', type: 'text' },
  succeeded_at: { property: 'succeededAt', type: 'timestamp' },
  created_at: { property: 'createdAt', type: 'timestamp' },
  updated_at: { property: 'updatedAt', type: 'timestamp' },
};

/** What nobody was asked for is no payment. */
const TRIED = { attempt: { $gt: 0 } };

/** Payments of top-ups and invoices. An unknown one and another tenant's answer the same. */
@Injectable()
export class PaymentLists {
  constructor(private readonly em: EntityManager) {}

  async get(scope: Scope, id: string): Promise<PaymentDto> {
    const [payment] = await this.em.fork().find(Payment, { ...scopeOf(scope), ...TRIED, id });
    if (!payment) throw notFound('payment', { payment_id: id });
    return renderPayment(payment, await this.#attemptsOf([payment]));
  }

  /** @throws DomainError `validation` for a field that there is no sorting by */
  async list(scope: Scope, query: PaymentListQuery): Promise<{ items: PaymentDto[]; total: number }> {
    const { start_time: from, end_time: to, limit, offset } = query;
    if (from && to && to < from) throw invalidField('end_time', 'must not be before start_time');
    const orderBy = sortOrder(query.sort ? [{ field: query.sort }] : [], SORT_FIELDS, query.order);
    // Nothing is ever archived, and tracking ids are not kept: whoever asks for those gets none.
    const hasNone = (query.status && query.status !== 'published') || query.gateway_tracking_id;
    if (hasNone) return { items: [], total: 0 };
    const where = { $and: [{ ...scopeOf(scope), ...TRIED }, ...conditionsOf(query)] } as FilterQuery<Payment>;
    const em = this.em.fork();
    const payments = await em.find(Payment, where, { limit, offset, orderBy });
    const isWholeList = offset === 0 && payments.length < limit;
    const total = isWholeList ? payments.length : await countOf(em, where);
    const attempts = await this.#attemptsOf(payments);
    return { items: payments.map((payment) => renderPayment(payment, attempts)), total };
  }

  /** Of those by card, the first attempt first. */
  async #attemptsOf(payments: Payment[]): Promise<TopUpAttempt[]> {
    const charges = payments.filter(({ paymentMethodType }) => paymentMethodType === 'CARD');
    if (charges.length === 0) return [];
    const where = { $or: charges.map(({ id, walletId }) => ({ shard: shardOf(walletId as string), topUpId: id })) };
    const orderBy = { topUpId: 'asc', attempt: 'asc' } as const;
    return this.em.fork().find(TopUpAttempt, where, { orderBy });
  }
}

/** Each side by itself: both together would be gathered first where workers of a cluster have one of them. */
async function countOf(em: EntityManager, where: FilterQuery<Payment>): Promise<number> {
  return (await em.count(CardPayment, where)) + (await em.count(ReportedPayment, where));
}

function conditionsOf(query: PaymentListQuery): object[] {
  const { destination_id: invoiceId, payment_status: paymentStatus, payment_gateway: gateway } = query;
  const { gateway_payment_id: gatewayPaymentId, payment_method_type: paymentMethodType } = query;
  return [
    ...(query.payment_ids?.length ? [{ id: { $in: query.payment_ids } }] : []),
    ...(invoiceId ? [{ invoiceId }] : []),
    ...(paymentStatus ? [{ paymentStatus }] : []),
    ...(paymentMethodType ? [{ paymentMethodType }] : []),
    ...(gateway ? [{ gateway }] : []),
    ...(gatewayPaymentId ? [{ gatewayPaymentId }] : []),
    ...(query.currency ? [{ currency: query.currency.toLowerCase() }] : []),
    ...(query.start_time ? [{ createdAt: { $gte: query.start_time } }] : []),
    ...(query.end_time ? [{ createdAt: { $lte: query.end_time } }] : []),
  ];
}
