/** Days before a card expires at which that is told. */
const NOTICE_DAYS = 30;
const DAY_MS = 86_400_000;

/** What is read on a card. */
export interface CardDate {
  /** 1 to 12: its last good month. */
  expiryMonth: number;
  expiryYear: number;
}

/** The first instant at which a card is no longer good: its last month is over (UTC). */
export function expiresAt({ expiryMonth, expiryYear }: CardDate): Date {
  return new Date(Date.UTC(expiryYear, expiryMonth, 1));
}

export function isExpired(card: CardDate, now: Date): boolean {
  return now >= expiresAt(card);
}

/** From when on it is to be told that the card expires. */
export function noticeAt(card: CardDate): Date {
  return new Date(expiresAt(card).getTime() - NOTICE_DAYS * DAY_MS);
}

/** Whether it expires within 30 days, or has. */
export function expiresSoon(card: CardDate, now: Date): boolean {
  return now >= noticeAt(card);
}

/** Whether the one is the other with a later date: the bank has renewed it, and its number has stayed. */
export function isRenewal(
  before: CardDate & { fingerprint: string },
  after: CardDate & { fingerprint: string },
): boolean {
  return before.fingerprint === after.fingerprint && expiresAt(after) > expiresAt(before);
}
