/** What a card's bank answers. */
export type CardOutcome =
  | { kind: 'succeed' }
  | { kind: 'decline'; code: string; declineCode?: string; adviceCode?: AdviceCode }
  /** The bank wants the customer: fails while the customer is away, asks while there. */
  | { kind: 'authenticate'; unlessSetUp?: boolean; andThen?: CardOutcome }
  /** Neither yes nor no for now: how it ends is known after `afterMs`, or when the script says so. */
  | { kind: 'processing'; endsAs: 'succeeded' | 'failed'; afterMs?: number };

export type AdviceCode = 'confirm_card_data' | 'do_not_try_again' | 'try_again_later';

export interface TestCard {
  number: string;
  brand: 'amex' | 'discover' | 'mastercard' | 'visa';
  funding?: 'debit' | 'prepaid';
  outcome: CardOutcome;
  /** Whether it may be saved although it declines. */
  savable?: boolean;
  /** Whether it wants authentication when it is saved. */
  setup?: 'authenticate';
  /** What comes after a payment that succeeded. */
  afterwards?: 'dispute' | 'dispute_inquiry' | 'refund_fails' | 'refund_pending';
  /** Names in `pm_card_<name>`; for most also `tok_<name>`. */
  names: readonly string[];
}

const SUCCEED: CardOutcome = { kind: 'succeed' };

function decline(declineCode: string, adviceCode?: AdviceCode): CardOutcome {
  return { kind: 'decline', code: 'card_declined', declineCode, adviceCode };
}

/**
 * Stripe's test cards by their documented numbers and names. Names with `visa_` are what the testing page says today,
 * those without what it said before; both are taken. Which advice code goes with which decline in test mode is not
 * documented: lost, stolen and expired cards advise as the page on declines describes (unverified).
 */
export const TEST_CARDS: readonly TestCard[] = [
  { number: '4242424242424242', brand: 'visa', outcome: SUCCEED, names: ['visa', 'us'] },
  { number: '4000056655665556', brand: 'visa', funding: 'debit', outcome: SUCCEED, names: ['visa_debit'] },
  { number: '5555555555554444', brand: 'mastercard', outcome: SUCCEED, names: ['mastercard'] },
  { number: '5200828282828210', brand: 'mastercard', funding: 'debit', outcome: SUCCEED, names: ['mastercard_debit'] },
  {
    number: '5105105105105100',
    brand: 'mastercard',
    funding: 'prepaid',
    outcome: SUCCEED,
    names: ['mastercard_prepaid'],
  },
  { number: '378282246310005', brand: 'amex', outcome: SUCCEED, names: ['amex'] },
  { number: '6011111111111117', brand: 'discover', outcome: SUCCEED, names: ['discover'] },
  { number: '4000000000000077', brand: 'visa', outcome: SUCCEED, names: ['bypassPending'] },
  {
    number: '4000000000000002',
    brand: 'visa',
    outcome: decline('generic_decline', 'try_again_later'),
    names: ['visa_chargeDeclined', 'chargeDeclined'],
  },
  {
    number: '4000000000009995',
    brand: 'visa',
    outcome: decline('insufficient_funds', 'try_again_later'),
    names: ['visa_chargeDeclinedInsufficientFunds', 'chargeDeclinedInsufficientFunds'],
  },
  {
    number: '4000000000009987',
    brand: 'visa',
    outcome: decline('lost_card', 'do_not_try_again'),
    names: ['visa_chargeDeclinedLostCard', 'chargeDeclinedLostCard'],
  },
  {
    number: '4000000000009979',
    brand: 'visa',
    outcome: decline('stolen_card', 'do_not_try_again'),
    names: ['visa_chargeDeclinedStolenCard', 'chargeDeclinedStolenCard'],
  },
  {
    number: '4100000000000019',
    brand: 'visa',
    outcome: decline('fraudulent', 'do_not_try_again'),
    names: ['radarBlock', 'chargeDeclinedFraudulent'],
  },
  {
    number: '4000000000000069',
    brand: 'visa',
    outcome: { kind: 'decline', code: 'expired_card', declineCode: 'expired_card', adviceCode: 'confirm_card_data' },
    names: ['chargeDeclinedExpiredCard'],
  },
  {
    number: '4000000000000127',
    brand: 'visa',
    outcome: { kind: 'decline', code: 'incorrect_cvc', declineCode: 'incorrect_cvc', adviceCode: 'confirm_card_data' },
    names: ['chargeDeclinedIncorrectCvc'],
  },
  {
    number: '4000000000000119',
    brand: 'visa',
    outcome: {
      kind: 'decline',
      code: 'processing_error',
      declineCode: 'processing_error',
      adviceCode: 'try_again_later',
    },
    names: ['chargeDeclinedProcessingError'],
  },
  {
    number: '4000000000006975',
    brand: 'visa',
    outcome: decline('card_velocity_exceeded', 'try_again_later'),
    names: ['visa_chargeDeclinedVelocityLimitExceeded', 'chargeDeclinedVelocityLimitExceeded'],
  },
  {
    number: '4000000000000341',
    brand: 'visa',
    outcome: decline('generic_decline', 'try_again_later'),
    savable: true,
    names: ['chargeCustomerFail'],
  },
  {
    number: '4000002500003155',
    brand: 'visa',
    outcome: { kind: 'authenticate', unlessSetUp: true },
    setup: 'authenticate',
    names: ['authenticationRequiredOnSetup'],
  },
  {
    number: '4000002760003184',
    brand: 'visa',
    outcome: { kind: 'authenticate' },
    setup: 'authenticate',
    names: ['authenticationRequired'],
  },
  {
    number: '4000003800000446',
    brand: 'visa',
    outcome: { kind: 'authenticate', unlessSetUp: true },
    names: ['authenticationRequiredSetupForOffSession'],
  },
  {
    number: '4000008260003178',
    brand: 'visa',
    outcome: { kind: 'authenticate', andThen: decline('insufficient_funds', 'try_again_later') },
    setup: 'authenticate',
    names: ['authenticationRequiredChargeDeclinedInsufficientFunds'],
  },
  {
    number: '4000000000003220',
    brand: 'visa',
    outcome: { kind: 'authenticate', unlessSetUp: true },
    setup: 'authenticate',
    names: ['threeDSecure2Required'],
  },
  { number: '4000000000000259', brand: 'visa', outcome: SUCCEED, afterwards: 'dispute', names: ['createDispute'] },
  {
    number: '4000000000002685',
    brand: 'visa',
    outcome: SUCCEED,
    afterwards: 'dispute',
    names: ['createDisputeProductNotReceived'],
  },
  {
    number: '4000000000001976',
    brand: 'visa',
    outcome: SUCCEED,
    afterwards: 'dispute_inquiry',
    names: ['createDisputeInquiry'],
  },
  { number: '4000000000005126', brand: 'visa', outcome: SUCCEED, afterwards: 'refund_fails', names: ['refundFail'] },
  {
    number: '4000000000007726',
    brand: 'visa',
    outcome: SUCCEED,
    afterwards: 'refund_pending',
    names: ['pendingRefund'],
  },
];

const BY_NAME = new Map(TEST_CARDS.flatMap((card) => card.names.map((name) => [name, card] as const)));
const BY_NUMBER = new Map(TEST_CARDS.map((card) => [card.number, card]));

/** @param token `pm_card_visa`, `tok_visa`, `tok_chargeCustomerFail`, ... */
export function findTestCard(token: string): TestCard | undefined {
  return BY_NAME.get(token.replace(/^(pm_card_|tok_)/, ''));
}

/** Other numbers of the right length are cards that succeed: the script mints such. */
export function testCardOf(number: string): TestCard {
  return BY_NUMBER.get(number) ?? { number, brand: 'visa', outcome: SUCCEED, names: [] };
}

export function isTestCardNumber(number: string): boolean {
  return BY_NUMBER.has(number);
}
