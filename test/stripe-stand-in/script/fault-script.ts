import { SeededRandom } from './seeded-random.js';

/** What goes wrong on the way. `before` and `after` say whether the request had its effect. */
export type Fault =
  /** Never answered. */
  | { kind: 'hang'; when: 'before' | 'after' }
  /** The connection is cut. */
  | { kind: 'reset'; when: 'before' | 'after' }
  /** 500 of the endpoint itself: kept under the idempotency key, as Stripe keeps it. */
  | { kind: 'server_error'; when: 'before' | 'after' }
  /** 503 of something before the endpoint: not kept, the same key may do better. */
  | { kind: 'unavailable'; when: 'before' | 'after' }
  /** 502 with a page instead of JSON, not kept. */
  | { kind: 'html'; when: 'before' | 'after' }
  /** Half of the answer, then the connection is cut. Always after the effect. */
  | { kind: 'truncate'; when?: 'after' }
  /** The effect, or the answer, comes late; also when the client has gone meanwhile. */
  | { kind: 'delay'; when: 'before' | 'after'; ms: number }
  /** 409 `idempotency_key_in_use`, no effect, not kept. */
  | { kind: 'conflict'; when?: 'before' }
  /** 429 `rate_limit`, no effect, not kept. */
  | { kind: 'rate_limit'; when?: 'before' }
  /** 429 `lock_timeout`, no effect, not kept. */
  | { kind: 'lock_timeout'; when?: 'before' };

/** Which requests a fault is for. */
export interface FaultRule {
  /** Any where left out. */
  method?: 'DELETE' | 'GET' | 'POST';
  /** A path in which `*` stands for one part, such as `/v1/payment_intents/*` + `/confirm`; any where left out. */
  path?: string;
  /** The first of the matching requests that it is for, counted from 1. */
  nth?: number;
  /** How many from there on; 1 where left out, 0 for all. */
  times?: number;
  /** How likely it is for each, from 0 to 1; certain where left out. Decided by the seed of the script. */
  chance?: number;
  fault: Fault;
}

interface CountedRule extends FaultRule {
  seen: number;
  used: number;
}

/** Faults by script. The rule that came first is asked first. */
export class FaultScript {
  #rules: CountedRule[] = [];
  #random = new SeededRandom();

  add(rule: FaultRule): void {
    this.#rules.push({ ...rule, seen: 0, used: 0 });
  }

  clear(): void {
    this.#rules = [];
  }

  /** Begins the series of decisions of `chance` anew. */
  seed(seed: number): void {
    this.#random = new SeededRandom(seed);
  }

  take(method: string, path: string): Fault | undefined {
    const fitting = this.#rules.filter((rule) => fits(rule, method, path));
    for (const rule of fitting) rule.seen += 1;
    const rule = fitting.find((rule) => this.#strikes(rule));
    if (!rule) return undefined;
    rule.used += 1;
    return rule.fault;
  }

  #strikes(rule: CountedRule): boolean {
    const times = rule.times ?? 1;
    if (rule.seen < (rule.nth ?? 1) || (times > 0 && rule.used >= times)) return false;
    return rule.chance === undefined || this.#random.next() < rule.chance;
  }
}

function fits(rule: FaultRule, method: string, path: string): boolean {
  if (rule.method !== undefined && rule.method !== method) return false;
  if (rule.path === undefined) return true;
  const wanted = rule.path.split('/');
  const parts = path.split('/');
  return wanted.length === parts.length && wanted.every((part, index) => part === '*' || part === parts[index]);
}
