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

/** How far the clock may go back without a new beginning: processes of one database differ by less. */
const SET_BACK_MS = 3_600_000;

let nextUlid = monotonicFactory();
let lastMs = 0;

/**
 * A new id, `<prefix>_<ULID>`: sorts by time, also within one millisecond of one process. A clock that was an hour ahead
 * and is set right is believed: ids would otherwise tell the wrong day for as long as the process lives.
 */
export function newId(prefix: IdPrefix, now: Date): string {
  const nowMs = now.getTime();
  if (nowMs < lastMs - SET_BACK_MS) nextUlid = monotonicFactory();
  lastMs = nowMs;
  return `${prefix}_${nextUlid(nowMs)}`;
}
