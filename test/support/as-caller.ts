import { EntityManager } from '@mikro-orm/core';
import type { PaymentProvider } from '../../src/payments/payment-provider.js';
import { PaymentProviders } from '../../src/payments/payment-providers.js';
import type { Scope } from '../../src/shared/scope.js';
import { asOwner, withinScope } from '../../src/shared/sight.js';

const providers = new WeakMap<PaymentProvider, PaymentProvider>();

type Method = (...parameters: unknown[]) => unknown;

/**
 * A part of the service as a test asks it: a method that takes a scope sees the rows of that scope, as in a request of its
 * caller. All others run as they are, so that what works for everybody has to say so itself.
 */
export function asCaller<Service>(service: Service): Service {
  return intercepted(service, (method, parameters) => {
    const scope = scopeIn(parameters[0]);
    if (!scope) return method(...parameters);
    const result = withinScope(scope, () => method(...parameters));
    return service instanceof PaymentProviders ? asCallersOf(scope, result as Promise<PaymentProvider>) : result;
  });
}

/** A provider belongs to one environment: it sees the rows of that, and stays the same for who compares. */
async function asCallersOf(scope: Scope, found: Promise<PaymentProvider | undefined>) {
  const provider = await found;
  if (!provider) return undefined;
  const known = providers.get(provider);
  const wrapped =
    known ?? intercepted(provider, (method, parameters) => withinScope(scope, () => method(...parameters)));
  providers.set(provider, wrapped);
  return wrapped;
}

/** What it does sees all rows: for what a test looks up or changes behind the service's back. */
export function seeingAll<Service>(service: Service): Service {
  return intercepted(service, (method, parameters) => {
    const result = asOwner(() => method(...parameters));
    return result instanceof EntityManager ? seeingAll(result) : result;
  });
}

function intercepted<Service>(service: Service, call: (method: Method, parameters: unknown[]) => unknown): Service {
  if (typeof service !== 'object' || service === null) return service;
  return new Proxy(service, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...parameters: unknown[]) => call(value.bind(target) as Method, parameters);
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
}

/** A scope, something that has one (a row, a caller), or something around that (a command, a purchase). */
function scopeIn(value: unknown): Scope | undefined {
  if (isScope(value)) return value;
  return typeof value === 'object' && value !== null ? Object.values(value).find(isScope) : undefined;
}

function isScope(value: unknown): value is Scope {
  return typeof value === 'object' && value !== null && 'tenantId' in value && 'environmentId' in value;
}
