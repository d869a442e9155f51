import { createHash } from 'node:crypto';
import type { Scope } from '../../shared/scope.js';
import type { PaymentMethodDetails } from '../payment-provider.js';
import { idOf, type JsonObject, objectOf, printable, wholeNumber } from './read-json.js';

/** The card that the billing system keeps; undefined when the answer does not describe one. */
export function readCard(answer: JsonObject, scope: Scope): PaymentMethodDetails | undefined {
  const card = objectOf(answer['payment_method']);
  const providerRef = idOf(card?.['id']);
  const brand = printable(card?.['brand'], 50);
  const last4 = card?.['last4'];
  const expiryMonth = wholeNumber(card?.['expiry_month'], 1, 12);
  const expiryYear = wholeNumber(card?.['expiry_year'], 2000, 2199);
  const fingerprint = printable(card?.['fingerprint'], 255);
  if (typeof last4 !== 'string' || !/^\d{4}$/.test(last4) || !providerRef || !brand) return undefined;
  if (expiryMonth === undefined || expiryYear === undefined || fingerprint === undefined) return undefined;
  return { providerRef, brand, last4, expiryMonth, expiryYear, fingerprint: ownFingerprint(scope, fingerprint) };
}

/** Declines are counted by fingerprint: one that a tenant makes up must not be the card of another. */
function ownFingerprint({ tenantId, environmentId }: Scope, fingerprint: string): string {
  const text = `${tenantId} ${environmentId} ${fingerprint}`;
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
