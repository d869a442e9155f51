import type { Type } from '@nestjs/common';
import {
  AlertEventBody,
  AutoTopUpEventBody,
  DisputeEventBody,
  ExpiringEventBody,
  InvoiceEventBody,
  LimitEventBody,
  PaymentMethodEventBody,
  RefundEventBody,
  TopUpEventBody,
  TransactionEventBody,
  UpdatedTransactionEventBody,
  WalletEventBody,
} from './event-bodies.dto.js';

/** One kind of event: when it happens, and what is sent beside `event_type`. */
interface EventKind {
  when: string;
  body: Type<object>;
}

/** Everything that is told of. The one list: types, checks and the OpenAPI document follow from it. */
export const EVENTS = {
  'wallet.created': { when: 'A wallet was opened.', body: WalletEventBody },
  'wallet.updated': { when: 'Settings of a wallet were changed.', body: WalletEventBody },
  'wallet.terminated': { when: 'A wallet was closed.', body: WalletEventBody },
  'wallet.transaction.created': {
    when: 'Credits were booked, in or out. A bonus is part of the credit it came with.',
    body: TransactionEventBody,
  },
  'wallet.transaction.updated': {
    when: 'A pending credit was delivered, because its invoice was paid.',
    body: UpdatedTransactionEventBody,
  },
  'wallet.credit_balance.dropped': {
    when: 'The settled balance reached a more serious level of its alert.',
    body: AlertEventBody,
  },
  'wallet.credit_balance.recovered': {
    when: 'The settled balance reached a less serious level of its alert.',
    body: AlertEventBody,
  },
  'wallet.ongoing_balance.dropped': {
    when: 'What can be spent now reached a more serious level of its alert.',
    body: AlertEventBody,
  },
  'wallet.ongoing_balance.recovered': {
    when: 'What can be spent now reached a less serious level of its alert.',
    body: AlertEventBody,
  },
  'top_up.created': { when: 'A purchase of credits was decided on; nothing is charged yet.', body: TopUpEventBody },
  'top_up.succeeded': { when: 'A purchase was paid for, and its credits are there.', body: TopUpEventBody },
  'top_up.failed': { when: 'A purchase was given up; nothing will be charged for it.', body: TopUpEventBody },
  'top_up.requires_action': {
    when: 'The card holder has to confirm a payment at `action_url`; until then nothing is charged.',
    body: TopUpEventBody,
  },
  'top_up.canceled': {
    when: 'A purchase was withdrawn before it was charged, because it was no longer agreed to.',
    body: TopUpEventBody,
  },
  'top_up.refunded': {
    when: 'Money of a purchase has gone back, in whole or in part, and its credits were taken.',
    body: RefundEventBody,
  },
  'top_up.refund_failed': {
    when: 'Money of a purchase did not go back after all, and its credits are there again.',
    body: RefundEventBody,
  },
  'top_up.disputed': {
    when: 'The holder of a card denies a payment at their bank: what is unspent of its credits is frozen.',
    body: DisputeEventBody,
  },
  'top_up.dispute_closed': {
    when: 'A dispute was won, and the credits are free again; or it was lost, and they were taken.',
    body: DisputeEventBody,
  },
  'auto_topup.paused': {
    when: 'Automatic top-up stopped until a person, a payment or another card lets it go on.',
    body: AutoTopUpEventBody,
  },
  'auto_topup.resumed': { when: 'A pause of automatic top-up ended.', body: AutoTopUpEventBody },
  'credits.expiring': {
    when: 'Credits expire in 7 days, and again in 1 day.',
    body: ExpiringEventBody,
  },
  'payment_method.expiring': {
    when: 'A card that would be charged expires in 30 days.',
    body: PaymentMethodEventBody,
  },
  'payment_method.backup_declined': {
    when: 'The backup card was declined for good: it is not the backup any more.',
    body: PaymentMethodEventBody,
  },
  'invoice.issued': { when: 'An invoice was made out.', body: InvoiceEventBody },
  'invoice.paid': { when: 'An invoice was paid in full.', body: InvoiceEventBody },
  'invoice.voided': { when: 'An invoice was voided: it is no longer to be paid.', body: InvoiceEventBody },
  'limit.reached': {
    when: 'Automatic purchases of this month reached 80, 90 or 100 % of a cap.',
    body: LimitEventBody,
  },
} as const satisfies Record<string, EventKind>;

export type EventType = keyof typeof EVENTS;
export const EVENT_TYPES = Object.keys(EVENTS) as EventType[];

/** What is sent of one type. */
export type BodyOf<Of extends EventType> = { event_type: Of } & InstanceType<(typeof EVENTS)[Of]['body']>;
/** What is sent. */
export type EventBody = { [Of in EventType]: BodyOf<Of> }[EventType];
