import { retryAfterSeconds } from './retry-after.js';

/** What stands in the way of an automatic purchase. */
export interface NoTopUp {
  code: string;
  /** For people. */
  reason: string;
  /** When it is looked at again, RFC 3339; null: only when something happens. */
  next_evaluation_at: string | null;
}

export interface RefusalDetails {
  status: number;
  code: string;
  requestId: string;
  details: Record<string, unknown>;
  retryAfterSeconds?: number;
}

/** An answer that is no success. Its message is the service's own sentence. */
export class RefillError extends Error {
  override name = 'RefillError';
  /** The HTTP status. */
  readonly status: number;
  /** Stable, machine readable; of the credits API, which has none, the words of the status. */
  readonly code: string;
  /** For whoever operates the service: its log has the same. */
  readonly requestId: string;
  /** Facts to branch on; for a 400 what is wrong with each field. */
  readonly details: Record<string, unknown>;

  constructor(message: string, { status, code, requestId, details }: RefusalDetails) {
    super(message);
    this.status = status;
    this.code = code;
    this.requestId = requestId;
    this.details = details;
  }
}

/** 402: the credits do not suffice. Nothing was taken. */
export class InsufficientCredits extends RefillError {
  override name = 'InsufficientCredits';

  /** Credits that can be spent, an exact decimal. */
  get balance(): string {
    return this.details['balance'] as string;
  }

  /** Credits that were asked for, an exact decimal. */
  get required(): string {
    return this.details['required'] as string;
  }

  /** The purchase under way that will bring more: try again when it has succeeded. */
  get topUp(): { id: string; [field: string]: unknown } | null {
    return (this.details['top_up'] ?? null) as { id: string } | null;
  }

  /** Why automatic top-up stands still until somebody does something. */
  get pausedReason(): string | null {
    return (this.details['paused_reason'] ?? null) as string | null;
  }

  /** Why a rule that is on has bought nothing. */
  get noTopUp(): NoTopUp | null {
    return (this.details['no_top_up'] ?? null) as NoTopUp | null;
  }
}

/** 429, of which nothing has happened, or 503, which may have: still so after the last try. */
export class TryLater extends RefillError {
  override name = 'TryLater';
  /** When a repeat makes sense. */
  readonly retryAfterSeconds: number;

  constructor(message: string, refusal: RefusalDetails) {
    super(message, refusal);
    this.retryAfterSeconds = refusal.retryAfterSeconds ?? 1;
  }
}

/** No answer came, also not to the last try: what was asked for may have happened. */
export class NoAnswer extends Error {
  override name = 'NoAnswer';

  /** @param idempotencyKey repeat the request with it, and it happens once; null: the request had none */
  constructor(
    readonly idempotencyKey: string | null,
    cause: unknown,
  ) {
    const way = idempotencyKey ? `: repeat it with the idempotency key ${idempotencyKey}` : '';
    super(`no answer came, and the request may have taken effect${way}`, { cause });
  }
}

/** The error of an answer, in the shape of either API. */
export async function errorOf(response: Response): Promise<RefillError> {
  const { status, statusText, headers } = response;
  const body = await bodyOf(response);
  const retryAfter = retryAfterSeconds(headers);
  const refusal: RefusalDetails = {
    status,
    code: textOf(body['code']) ?? statusText.toLowerCase().replaceAll(' ', '_'),
    requestId: headers.get('X-Request-ID') ?? '',
    details: isFields(body['details']) ? body['details'] : body,
    ...(retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter }),
  };
  const message = textOf(body['message']) ?? textOf(body['detail']) ?? `${status} ${statusText}`.trim();
  if (status === 402 && 'required' in refusal.details) return new InsufficientCredits(message, refusal);
  if (status === 429 || status === 503) return new TryLater(message, refusal);
  return new RefillError(message, refusal);
}

async function bodyOf(response: Response): Promise<Record<string, unknown>> {
  try {
    const body: unknown = await response.json();
    return isFields(body) ? body : {};
  } catch {
    // Not of the service: what stands in front of it answers in pages.
    return {};
  }
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
