import { defineEntity, type FindOptions, p } from '@mikro-orm/core';
import type { QBFilterQuery, SqlEntityManager } from '@mikro-orm/postgresql';
import { majorUnitsSql } from '../../shared/currencies.js';
import { AmountColumn } from '../../shared/decimal-column.js';
import { cardPaymentStatusSql } from './payment-status.js';

const ofInvoice = (id: string, expression: string, condition = 'true') =>
  `(select ${expression} from invoice i where i.id = ${id} and ${condition})`;
/** Of what was reported all goes back, or nothing: the invoice says which. */
const ofRefund = (id: string, column: string) => ofInvoice(id, `i.${column}`, `i.payment_status = 'REFUNDED'`);
/** What went back of a charge is rows of its own, which name the charge: refunds, and disputes that were lost. */
const ofRefunds = (expression: string) =>
  `(select ${expression} from refund r where r.top_up_id = t.id and r.refund_status = 'succeeded')`;
const ofLosses = (expression: string) =>
  `(select ${expression} from dispute d where d.top_up_id = t.id and d.dispute_status = 'lost')`;
const RETURNED = `(coalesce(${ofRefunds('sum(r.amount_minor)')}, 0) + coalesce(${ofLosses('sum(d.amount_minor)')}, 0))`;
const RETURNED_STATUS = `case when ${RETURNED} = 0 then null
  when ${RETURNED} >= t.price_minor then 'REFUNDED' else 'PARTIALLY_REFUNDED' end`;
const RETURNED_AT = `greatest(${ofRefunds('max(r.finished_at)')}, ${ofLosses('max(d.closed_at)')})`;

/** Charges of top-ups. That one was tried (`attempt > 0`) is asked by whoever reads. */
const CHARGES = `
  select t.id, t.tenant_id, t.environment_id, t.customer_id, t.wallet_id, t.id as top_up_id, t.invoice_id,
    ${ofInvoice('t.invoice_id', 'i.invoice_number')} as invoice_number, t.currency,
    ${majorUnitsSql('t.price_minor', 't.currency')} as amount, t.attempt,
    coalesce(${RETURNED_STATUS}, ${cardPaymentStatusSql('t.top_up_status')}) as payment_status,
    'CARD' as payment_method_type, t.payment_method_id, t.provider as gateway, t.payment_id as gateway_payment_id,
    '' as idempotency_key, t.action_url, t.last_error_message as error_message, t.created_at,
    coalesce(${RETURNED_AT}, t.updated_at) as updated_at, t.settled_at as succeeded_at,
    t.created_by
  from top_up t`;

/** Payments of invoices that were reported; columns have the types of charges. */
const REPORTED = `
  select r.id, r.tenant_id, r.environment_id, ${ofInvoice('r.invoice_id', 'i.customer_id')} as customer_id,
    ${ofInvoice('r.invoice_id', 'i.wallet_id')} as wallet_id, ${ofInvoice('r.invoice_id', 'i.top_up_id')} as top_up_id,
    r.invoice_id, ${ofInvoice('r.invoice_id', 'i.invoice_number')} as invoice_number,
    ${ofInvoice('r.invoice_id', 'i.currency')} as currency,
    ${ofInvoice('r.invoice_id', majorUnitsSql('r.amount_minor', 'i.currency'))} as amount, 1 as attempt,
    coalesce(${ofRefund('r.invoice_id', 'payment_status')}, 'SUCCEEDED') as payment_status,
    'OFFLINE' as payment_method_type, null::text as payment_method_id, null::text as gateway,
    r.reference as gateway_payment_id, coalesce(r.idempotency_key, '') as idempotency_key, null::text as action_url,
    '' as error_message, r.created_at,
    coalesce(${ofRefund('r.invoice_id', 'updated_at')}, r.created_at) as updated_at, r.created_at as succeeded_at,
    r.created_by
  from invoice_payment r`;

const properties = {
  /** A charge has the id of its top-up, which is charged at most once. */
  id: p.text(),
  tenantId: p.text(),
  environmentId: p.text(),
  customerId: p.text(),
  walletId: p.text().nullable(),
  topUpId: p.text().nullable(),
  /** Null for a charge that has not succeeded: its invoice is written with its success. */
  invoiceId: p.text().nullable(),
  invoiceNumber: p.text().nullable(),
  currency: p.text(),
  /** In the currency's major unit. */
  amount: p.type(AmountColumn),
  /** How often it was tried; 0: nobody was asked for money. */
  attempt: p.integer(),
  paymentStatus: p.text(),
  paymentMethodType: p.text(),
  paymentMethodId: p.text().nullable(),
  /** The payment provider; null for what was reported. */
  gateway: p.text().nullable(),
  /** The provider's id of the payment, or the reference that it was reported under. */
  gatewayPaymentId: p.text().nullable(),
  idempotencyKey: p.text(),
  actionUrl: p.text().nullable(),
  errorMessage: p.text(),
  createdAt: p.datetime(3),
  updatedAt: p.datetime(3),
  succeededAt: p.datetime(3).nullable(),
  createdBy: p.text(),
};

const ChargeSchema = defineEntity({ name: 'CardPayment', expression: CHARGES, properties });
/** Charges of cards. Read only. */
export class CardPayment extends ChargeSchema.class {}
ChargeSchema.setClass(CardPayment);

const ReportedSchema = defineEntity({ name: 'ReportedPayment', expression: REPORTED, properties });
/** Payments of invoices that were reported. Read only. */
export class ReportedPayment extends ReportedSchema.class {}
ReportedSchema.setClass(ReportedPayment);

type Page = Pick<FindOptions<CardPayment>, 'orderBy' | 'limit' | 'offset'>;

/**
 * What is asked for of both sides, each as far as the page can reach: so each is read in the order of its index to the end
 * of the page, and by workers of a cluster, of which the other side is no part.
 */
function both(em: SqlEntityManager, where: object, { orderBy, limit, offset = 0 }: Page): string {
  const sides = [CardPayment, ReportedPayment].map((side) => {
    const rows = em.createQueryBuilder(side as typeof CardPayment, 'p').where(where as QBFilterQuery<CardPayment, 'p'>);
    if (orderBy) void rows.orderBy(orderBy);
    if (limit !== undefined) void rows.limit(limit + offset);
    return `(${rows.getFormattedQuery()})`;
  });
  return sides.join(' union all ');
}

const PaymentSchema = defineEntity({
  name: 'Payment',
  expression: (em: SqlEntityManager, where: object, options: object): string => both(em, where, options),
  properties,
});

/** Money that was asked for or came in, as the wallets API lists it: derived from what is stored anyway. Read only. */
export class Payment extends PaymentSchema.class {}
PaymentSchema.setClass(Payment);
