import { monotonicFactory } from 'ulid';

/** Every kind of row that has an id of its own, and its prefix. */
export type IdPrefix =
  | 'alert'
  | 'audit'
  | 'consent'
  | 'coupon'
  | 'cust'
  | 'decision'
  | 'diff'
  | 'dispute'
  | 'endpoint'
  | 'env'
  | 'hold'
  | 'inv'
  | 'invite'
  | 'pack'
  | 'pay'
  | 'pm'
  | 'recon'
  | 'refund'
  | 'req'
  | 'rule'
  | 'secret'
  | 'session'
  | 'setting'
  | 'sys_event'
  | 'tenant'
  | 'topup'
  | 'user'
  | 'wallet'
  | 'wtxn';

const nextUlid = monotonicFactory();

/** A new id, `<prefix>_<ULID>`: sorts by time, also within one millisecond of one process. */
export function newId(prefix: IdPrefix, now: Date): string {
  return `${prefix}_${nextUlid(now.getTime())}`;
}
