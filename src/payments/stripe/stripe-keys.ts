import type { EnvironmentType } from '../../auth/environment.entity.js';
import type { FieldErrors } from '../../shared/errors.js';

/** What an environment talks to Stripe with. Never in an answer or a log. */
export interface StripeKeys {
  secretKey: string;
  publishableKey: string;
  /** Null until the endpoint is made at Stripe: its events are refused until then. */
  webhookSecret: string | null;
}

const SECRET_KEY = /^(?:sk|rk)_(test|live)_[A-Za-z0-9_]{8,240}$/;
const PUBLISHABLE_KEY = /^pk_(test|live)_[A-Za-z0-9_]{8,240}$/;
const WEBHOOK_SECRET = /^whsec_[A-Za-z0-9+/=_-]{8,240}$/;

/**
 * What is wrong with keys, field by field; undefined when they may be tried. Real cards are for production environments,
 * test cards for development ones, and never the other way round. No sentence repeats a key.
 */
export function faultsOfKeys(keys: StripeKeys, type: EnvironmentType): FieldErrors | undefined {
  const { secretKey, publishableKey, webhookSecret } = keys;
  const errors: FieldErrors = {};
  const secret = modeFault(SECRET_KEY, secretKey, type, 'a secret key of Stripe: sk_… or rk_…');
  if (secret) errors['secret_key'] = [secret];
  const publishable = modeFault(PUBLISHABLE_KEY, publishableKey, type, 'a publishable key of Stripe: pk_…');
  if (publishable) errors['publishable_key'] = [publishable];
  if (webhookSecret !== null && !WEBHOOK_SECRET.test(webhookSecret)) {
    errors['webhook_secret'] = ['must be the signing secret of an endpoint: whsec_…'];
  }
  return Object.keys(errors).length > 0 ? errors : undefined;
}

/** Whether the key is one for environments of that type: an environment may have changed its type since it was stored. */
export function isKeyFor(secretKey: string, type: EnvironmentType): boolean {
  return SECRET_KEY.exec(secretKey)?.[1] === modeOf(type);
}

function modeFault(form: RegExp, key: string, type: EnvironmentType, what: string): string | undefined {
  const mode = form.exec(key)?.[1];
  if (mode === undefined) return `must be ${what}`;
  if (mode === modeOf(type)) return undefined;
  return `is a ${mode} key: a ${type} environment takes ${modeOf(type)} keys only`;
}

function modeOf(type: EnvironmentType): 'live' | 'test' {
  return type === 'production' ? 'live' : 'test';
}
