import { invalidFields } from '../http/field-errors.js';
import type { FieldErrors } from '../shared/errors.js';

export const MAX_URL_LENGTH = 2000;

/** Where a page of the provider's sends the customer back to. */
export interface ReturnUrls {
  successUrl: string;
  cancelUrl: string;
}

/**
 * The two pages of the tenant's own, as they were sent: the provider fills in `{CHECKOUT_SESSION_ID}` by itself.
 * @param isHttpsOnly where cards are real
 * @throws validation for what is no address of a web page
 */
export function returnUrls(
  given: { success_url?: string | null | undefined; cancel_url?: string | null | undefined },
  isHttpsOnly: boolean,
): ReturnUrls {
  const errors: FieldErrors = {};
  for (const name of ['success_url', 'cancel_url'] as const) {
    const fault = faultOfReturnUrl(given[name] ?? '', isHttpsOnly);
    if (fault) errors[name] = [fault];
  }
  if (Object.keys(errors).length > 0) throw invalidFields(errors);
  return { successUrl: given.success_url as string, cancelUrl: given.cancel_url as string };
}

/** Why a customer cannot be sent there; undefined when one can. */
export function faultOfReturnUrl(text: string, isHttpsOnly: boolean): string | undefined {
  if (text === '') return 'is required: where the customer comes back to';
  // The parser drops tabs and line feeds; what is handed on would have them still.
  if (/[\s\p{C}]/u.test(text)) return 'must have no spaces or control characters';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:\/\//i.test(text)) return 'must be an absolute URL, https://…';
  if (url.username !== '' || url.password !== '') return 'must carry no user name or password';
  if (isHttpsOnly && url.protocol !== 'https:') return 'must begin with https:// in a production environment';
  return undefined;
}
