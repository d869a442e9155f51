/** The only source of time. Tests put a frozen clock in its place. */
export abstract class Clock {
  abstract now(): Date;

  /**
   * The instant of a transaction that decides about money. Clocks of processes differ, by minutes if nobody looks after
   * them: credits must not expire a moment early for it, so the one clock that all of them share is asked.
   */
  abstract inTransaction(askDatabase: () => Promise<Date>): Promise<Date>;
}

export class SystemClock extends Clock {
  constructor(private readonly ledgerClock: 'database' | 'process' = 'database') {
    super();
  }

  now(): Date {
    return new Date();
  }

  async inTransaction(askDatabase: () => Promise<Date>): Promise<Date> {
    return this.ledgerClock === 'process' ? this.now() : askDatabase();
  }
}

/** RFC 3339 in UTC with six fractional digits, as the wallets API writes timestamps. */
export function formatTimestamp(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}

/** `formatTimestamp`, null staying null. */
export function formatTimestampOrNull(date: Date | null | undefined): string | null {
  return date ? formatTimestamp(date) : null;
}
