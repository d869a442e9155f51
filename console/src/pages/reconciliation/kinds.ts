import type { Schemas } from '../../session/api';

type Difference = Schemas['DifferenceDto'];

/** What a provider and the ledger do not agree about. */
export const KIND_WORDS: Record<Difference['kind'], string> = {
  missing_here: 'Paid there, not known here',
  missing_at_provider: 'Charged here, not known there',
  not_credited: 'Paid, but no credits came',
  credited_without_charge: 'Credited, but not paid',
  credited_twice: 'Credited twice',
  charged_twice: 'Charged twice',
  amount: 'The amounts differ',
  currency: 'The currencies differ',
  not_refunded: 'It should have gone back, and has not',
  status: 'The states differ',
  credited_without_intent: 'Credited without a top-up',
  refund_missing_here: 'Refunded there, not known here',
  refund_missing_at_provider: 'Refunded here, not known there',
  refund_amount: 'The refunds differ',
  refund_status: 'The states of the refund differ',
  dispute_missing_here: 'Disputed there, not known here',
  dispute_missing_at_provider: 'Disputed here, not known there',
  dispute_amount: 'The disputed amounts differ',
  dispute_status: 'The states of the dispute differ',
  not_taken_back: 'The money went back, the credits did not',
};

/** What a repair does; a person has to look at the last one. */
export const REPAIR_WORDS: Record<Difference['repair'], string> = {
  settle: 'The credits that were paid for are given.',
  adopt: 'The payment is taken for the top-up that it belongs to.',
  recreate: 'The top-up is written down anew, and credited.',
  cancel: 'The payment is canceled at the provider.',
  returns: 'What went back there is read, and its credits are taken.',
  refund: 'The refund is asked for again: once, however often it is tried.',
  person: 'Nothing can be done by itself: look at both sides, then say what was done.',
};
