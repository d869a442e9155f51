import type { SignedAnswer } from '../../http/outbound/signed-requests.js';
import { printable, type JsonObject, objectOf } from './read-json.js';

/** What a billing system has said to one request. */
export type BillingReply =
  | { kind: 'answered'; answer: JsonObject }
  /** A certain no to this request: repeating it changes nothing. */
  | { kind: 'invalid'; reason: string }
  | { kind: 'not_executed'; reason: string; retryAfterSeconds: number }
  | { kind: 'unknown'; reason: string };

const BUSY_RETRY_S = 5;
const BUSY_RETRY_MAX_S = 300;
/** A secret that is not the same on both sides is made right by a person. */
const REFUSED_SIGNATURE_RETRY_S = 900;

/** Statuses of a certain no, believed in the words of the protocol only: proxies and web servers have 404s of their own. */
const REFUSALS: ReadonlySet<number> = new Set([400, 404, 422]);

/** What an answer is worth. Whatever the billing system has not said for certain is `unknown`. */
export function classifyReply({ statusCode, headers, body, isWhole }: SignedAnswer): BillingReply {
  const answer = isWhole ? parsed(body) : undefined;
  if (statusCode === 200 && answer) return { kind: 'answered', answer };
  const error = objectOf(answer?.['error']);
  const code = printable(error?.['code'], 100);
  const said = [`your billing system answered ${statusCode}`, code, printable(error?.['message'], 500)];
  const reason = said.filter(Boolean).join(': ');
  if (code === undefined) return { kind: 'unknown', reason: reason + (isWhole ? '' : ', and broke off') };
  if (statusCode === 429) return { kind: 'not_executed', reason, retryAfterSeconds: waitOf(headers['retry-after']) };
  if (statusCode === 401) return { kind: 'not_executed', reason, retryAfterSeconds: REFUSED_SIGNATURE_RETRY_S };
  // A key that was used for something else is a mistake of one of the two sides: a new key might charge twice.
  if (code === 'idempotency_key_reused') return { kind: 'unknown', reason };
  return REFUSALS.has(statusCode as number) ? { kind: 'invalid', reason } : { kind: 'unknown', reason };
}

function parsed(body: Buffer): JsonObject | undefined {
  try {
    return objectOf(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
  } catch {
    return undefined;
  }
}

function waitOf(retryAfter: string | undefined): number {
  const asked = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) : 0;
  return asked > 0 ? Math.min(asked, BUSY_RETRY_MAX_S) : BUSY_RETRY_S;
}
