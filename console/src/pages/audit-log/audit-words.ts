import type { Schemas } from '../../session/api';
import { plainWords } from '../../parts/words';

export type Entry = Schemas['AuditEntryDto'];
export type Action = Entry['action'];
export type ActorKind = Entry['actor']['kind'];

/** What was done, as a sentence without its subject; all that is written down, or the types would not fit. */
const ACTIONS: Readonly<Record<Action, string>> = {
  'api_key.created': 'made an API key',
  'api_key.revoked': 'revoked an API key',
  'auto_topup.resumed': 'let automatic top-up go on',
  'billing_system.changed': 'connected the billing system',
  'billing_system.removed': 'disconnected the billing system',
  'coupon.created': 'gave out a coupon',
  'coupon.withdrawn': 'withdrew a coupon',
  'environment.created': 'made an environment',
  'environment.changed': 'changed an environment',
  'login.ended': 'logged out',
  'login.refused': 'was not let in',
  'login.succeeded': 'logged in',
  'pack.created': 'put a pack on sale',
  'pack.changed': 'changed a pack',
  'setting.changed': 'changed a setting',
  'setting.reset': 'reset a setting',
  'stripe_connection.changed': 'connected Stripe',
  'stripe_connection.removed': 'disconnected Stripe',
  'tenant.created': 'made the tenant',
  'tenant.changed': 'changed the company',
  'user.created': 'made a user',
  'user.changed': 'changed a user',
  'user.password_changed': 'changed a password',
  'user_invitation.created': 'invited somebody',
  'user_invitation.changed': 'changed an invitation',
  'webhook_endpoint.created': 'made a webhook endpoint',
  'webhook_endpoint.changed': 'changed a webhook endpoint',
  'webhook_endpoint.deleted': 'deleted a webhook endpoint',
};

export const ACTION_CHOICES = Object.entries(ACTIONS) as [Action, string][];

export function actionWords(action: Action): string {
  return ACTIONS[action];
}

const ACTORS: Readonly<Record<ActorKind, string>> = {
  key: 'an API key',
  user: 'a user',
  operator: 'the operator',
  system: 'the service',
  anonymous: 'somebody without a key',
};

export const ACTOR_CHOICES = Object.entries(ACTORS) as [ActorKind, string][];

/** Who it was, by the name of then. */
export function actorWords({ kind, key_name, user_email }: Entry['actor']): string {
  return user_email ?? (kind === 'key' ? key_name : null) ?? ACTORS[kind];
}

/** Pages of what things were done to; others are shown by id. */
const PAGES: Readonly<Record<string, (id: string) => string>> = {
  api_key: () => '/keys',
  billing_system: () => '/settings/payments',
  coupon: () => '/coupons',
  environment: () => '/environments',
  pack: () => '/packs',
  setting: (key) => `/settings/${key}`,
  stripe_connection: () => '/settings/payments',
  tenant: () => '/company',
  user: () => '/users',
  user_invitation: () => '/users',
  wallet: (id) => `/wallets/${id}`,
  webhook_endpoint: (id) => `/webhooks/endpoints/${id}`,
};

export function pageOf({ kind, id }: Entry['target']): string | undefined {
  return PAGES[kind]?.(id);
}

export interface Difference {
  field: string;
  before: string;
  after: string;
}

/** What is different, field by field; `–` is nothing. */
export function differencesOf({ before, after }: Entry): Difference[] {
  const fields = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...fields].map((field) => ({
    field: fieldWords(field),
    before: valueText(before?.[field]),
    after: valueText(after?.[field]),
  }));
}

/** `priceMinor` and `price_minor` read "price minor". */
function fieldWords(field: string): string {
  return plainWords(field.replaceAll(/([a-z])([A-Z])/g, '$1_$2'));
}

function valueText(value: unknown): string {
  if (value === undefined || value === null || value === '') return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
