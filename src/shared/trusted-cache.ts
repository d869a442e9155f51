import { LRUCache } from 'lru-cache';
import type { Clock } from './clock.js';

/** A change takes effect within 5 s on every process, at once in the one that made it: what was read is trusted for 4. */
const TRUSTED_MS = 4_000;

/** What was read a moment ago, by the injected clock. @param max entries; those that were asked for least recently go first */
export function trustedCache<Value extends object | true>(clock: Clock, max: number): LRUCache<string, Value> {
  return new LRUCache({ max, ttl: TRUSTED_MS, ttlResolution: 0, perf: { now: () => clock.now().getTime() } });
}
