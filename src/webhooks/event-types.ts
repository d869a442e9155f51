/** What is told of, in Flexprice's words. */
export const EVENT_TYPES = [
  'wallet.created',
  'wallet.updated',
  'wallet.terminated',
  'wallet.transaction.created',
  'wallet.transaction.updated',
  'wallet.credit_balance.dropped',
  'wallet.credit_balance.recovered',
  'wallet.ongoing_balance.dropped',
  'wallet.ongoing_balance.recovered',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];
