import { expiresAt } from '../customers/card-expiry.js';
import { formatTimestamp } from '../shared/clock.js';
import type { Scope } from '../shared/scope.js';
import type { BodyOf } from './event-types.js';
import type { NewEvent } from './events.service.js';

/** A row of `payment_method` has these. */
export interface CardEventFacts extends Scope {
  id: string;
  customerId: string;
  status: string;
  brand: string;
  last4: string;
  /** 1 to 12. */
  expiryMonth: number;
  expiryYear: number;
}

type CardBody = BodyOf<'payment_method.expiring'>['payment_method'];

/** A card that would be charged expires in 30 days. It is about no single wallet. */
export function cardExpiringEvent(card: CardEventFacts): NewEvent {
  const { last4, expiryMonth, expiryYear } = card;
  const sentence = `the card …${last4} expires at the end of ${String(expiryMonth).padStart(2, '0')}/${expiryYear}`;
  const role = card.status === 'backup' ? 'backup' : 'default';
  const body = bodyOf(card, role, { reason_code: 'card_expires', reason: sentence });
  return { ...ownerOf(card, ''), body: { event_type: 'payment_method.expiring', payment_method: body } };
}

/** The backup card was declined for good, and is not the backup any more. @param code what the provider called it */
export function backupDeclinedEvent(card: CardEventFacts, walletId: string, code: string): NewEvent {
  const sentence = `the backup card …${card.last4} was declined for good (${code}): it will not be tried again`;
  const body = bodyOf(card, null, { reason_code: code, reason: sentence });
  return { ...ownerOf(card, walletId), body: { event_type: 'payment_method.backup_declined', payment_method: body } };
}

function bodyOf(
  { id, customerId, brand, last4, expiryMonth, expiryYear }: CardEventFacts,
  role: CardBody['role'],
  reason: Pick<CardBody, 'reason_code' | 'reason'>,
): CardBody {
  return {
    id,
    customer_id: customerId,
    role,
    brand,
    last4,
    expiry_month: expiryMonth,
    expiry_year: expiryYear,
    expires_at: formatTimestamp(expiresAt({ expiryMonth, expiryYear })),
    ...reason,
  };
}

function ownerOf({ tenantId, environmentId, customerId }: CardEventFacts, walletId: string) {
  return { tenantId, environmentId, customerId, walletId };
}
