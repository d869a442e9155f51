/** What things of the API are called where people read them. Codes that nobody has thought of read as they are, without `_`. */
const TRIGGERS: Readonly<Record<string, string>> = {
  threshold: 'Balance was low',
  insufficient: 'Credits were missing',
  expiration: 'Credits were about to expire',
  manual: 'By hand',
};

export const TRIGGER_CHOICES = Object.entries(TRIGGERS);

/** Why a top-up was started. */
export function triggerWords(trigger: string): string {
  return TRIGGERS[trigger] ?? plainWords(trigger);
}

const REASONS: Readonly<Record<string, string>> = {
  MANUAL_BALANCE_DEBIT: 'Spent',
  PURCHASED_CREDIT_DIRECT: 'Bought',
  PURCHASED_CREDIT_INVOICED: 'Bought on an invoice',
  PURCHASED_CREDIT_BONUS: 'Bonus of a purchase',
  FREE_CREDIT_GRANT: 'Granted',
  SUBSCRIPTION_CREDIT_GRANT: 'Granted by a subscription',
  CREDIT_NOTE: 'Credit note',
  INVOICE_VOID_REFUND: 'Given back: invoice voided',
  DEBIT_REVERSAL: 'Given back: spending reversed',
  TRANSFER_IN: 'Came from another wallet',
  TRANSFER_OUT: 'Went to another wallet',
  CREDIT_EXPIRED: 'Expired',
  WALLET_TERMINATION: 'Taken: wallet closed',
  GRANT_VOID: 'Taken back',
  DEBT_REPAYMENT: 'Repaid a debt',
  INVOICE_PAYMENT: 'Paid an invoice',
  CREDIT_ADJUSTMENT: 'Adjusted',
};

export const REASON_CHOICES = Object.entries(REASONS);

/** What a transaction was for. */
export function reasonWords(reason: string): string {
  return REASONS[reason] ?? plainWords(reason);
}

const PROBLEMS: Readonly<Record<string, string>> = {
  authentication_required: 'the cardholder has to confirm',
  canceled_by_request: 'canceled by hand',
  card_attempts_exhausted: 'card declined too often',
  fee_changed: 'the fee has risen',
  hourly_limit: 'too many purchases in an hour',
  in_alarm: 'critical',
  no_payment_method: 'no card on file',
  top_up_refunded: 'a purchase was refunded',
  warning: 'low',
};

/** Why something did not go on, in the middle of a sentence. */
export function problemWords(code: string): string {
  return PROBLEMS[code] ?? plainWords(code);
}

/** `card_declined` reads "card declined". */
export function plainWords(code: string): string {
  return code.toLowerCase().replaceAll('_', ' ');
}

/** The first letter is large. */
export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
