import type { ScopeName } from '../auth/scopes.js';
import { EVENT_TYPES, type EventType } from './event-types.js';

type SubjectOf<Type> = Type extends `${infer Subject}.${string}` ? Subject : never;

/** What a key must have to read of the same things over the API. */
const SCOPES: Record<SubjectOf<EventType>, ScopeName> = {
  wallet: 'wallets:read',
  top_up: 'wallets:read',
  auto_topup: 'wallets:read',
  credits: 'wallets:read',
  invoice: 'wallets:read',
  limit: 'wallets:read',
  payment_method: 'customers:read',
};

/** The scope that the body of an event is for; undefined for a type of another version. */
export function scopeOfEvent(eventType: string): ScopeName | undefined {
  return (SCOPES as Record<string, ScopeName>)[eventType.slice(0, eventType.indexOf('.'))];
}

/** The scopes that whoever has these sent somewhere must have. Null: everything. */
export function scopesOfEvents(eventTypes: readonly string[] | null): ScopeName[] {
  const scopes = (eventTypes ?? EVENT_TYPES).map(scopeOfEvent);
  return [...new Set(scopes)].filter((scope) => scope !== undefined);
}
