import type { Schemas } from '../../session/api';

export type EventType = NonNullable<Schemas['EndpointDto']['event_types']>[number];

/** When each kind of event is written: all that there are, or the types would not fit. */
const WHEN: Readonly<Record<EventType, string>> = {
  'wallet.created': 'a wallet was opened',
  'wallet.updated': 'settings of a wallet were changed',
  'wallet.terminated': 'a wallet was closed',
  'wallet.transaction.created': 'credits came in or went out',
  'wallet.transaction.updated': 'credits that waited for their invoice came',
  'wallet.credit_balance.dropped': 'the settled balance reached a more serious alert',
  'wallet.credit_balance.recovered': 'the settled balance left an alert',
  'wallet.ongoing_balance.dropped': 'what can be spent reached a more serious alert',
  'wallet.ongoing_balance.recovered': 'what can be spent left an alert',
  'top_up.created': 'a purchase was decided on, and is not charged yet',
  'top_up.succeeded': 'a purchase was paid, and its credits are there',
  'top_up.failed': 'a purchase was given up; nothing is charged',
  'top_up.requires_action': 'a card holder has to confirm a payment',
  'top_up.canceled': 'a purchase was withdrawn before it was charged',
  'top_up.refunded': 'money of a purchase went back',
  'top_up.refund_failed': 'money of a purchase did not go back after all',
  'top_up.disputed': 'a card holder denies a payment',
  'top_up.dispute_closed': 'a dispute was won or lost',
  'auto_topup.paused': 'automatic top-up stopped until somebody acts',
  'auto_topup.resumed': 'automatic top-up goes on',
  'credits.expiring': 'credits expire in 7 days, and in 1 day',
  'payment_method.expiring': 'a card expires in 30 days',
  'payment_method.backup_declined': 'the backup card was declined for good',
  'invoice.issued': 'an invoice was made out',
  'invoice.paid': 'an invoice was paid in full',
  'invoice.voided': 'an invoice was voided',
  'limit.reached': 'automatic purchases reached 80, 90 or 100 % of a cap',
};

export const EVENT_TYPES = Object.entries(WHEN) as [type: EventType, when: string][];
