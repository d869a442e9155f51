import { Injectable } from '@nestjs/common';

/** The only source of time. Tests put a frozen clock in its place. */
export abstract class Clock {
  abstract now(): Date;
}

@Injectable()
export class SystemClock extends Clock {
  now(): Date {
    return new Date();
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
