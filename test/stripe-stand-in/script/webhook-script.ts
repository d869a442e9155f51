import { matchesType } from '../api/match-type.js';
import { SeededRandom } from './seeded-random.js';

/** What becomes of events on their way. */
export interface WebhookRule {
  /** `charge.*` names all that begin so; every event where left out. */
  types?: string[];
  /** How many events; every one where left out. */
  times?: number;
  /** How likely it is for each, from 0 to 1; certain where left out. */
  chance?: number;
  /** Never sent. */
  isDropped?: boolean;
  /** How often it is sent; once where left out. */
  copies?: number;
  delayMs?: number;
  /** Each copy is sent at a time of its own within so many milliseconds, so that events overtake one another. */
  shuffleMs?: number;
}

/** What becomes of one event: the delay of each copy. None where it is dropped. */
export type DeliveryPlan = readonly number[];

/** Deliveries by script. The rule that came last is asked first. */
export class WebhookScript {
  #rules: WebhookRule[] = [];
  #random = new SeededRandom();

  add(rule: WebhookRule): void {
    this.#rules.unshift({ ...rule });
  }

  clear(): void {
    this.#rules = [];
  }

  /** Begins the series of decisions by chance anew. */
  seed(seed: number): void {
    this.#random = new SeededRandom(seed);
  }

  plan(type: string): DeliveryPlan {
    const rule = this.#take(type);
    if (!rule) return [0];
    if (rule.isDropped) return [];
    const { copies = 1, delayMs = 0, shuffleMs = 0 } = rule;
    return Array.from({ length: copies }, () => delayMs + Math.floor(this.#random.next() * shuffleMs));
  }

  #take(type: string): WebhookRule | undefined {
    const rule = this.#rules.find(
      ({ types, chance, times }) =>
        times !== 0 &&
        (types === undefined || matchesType(type, types)) &&
        (chance === undefined || this.#random.next() < chance),
    );
    if (rule?.times !== undefined) rule.times -= 1;
    return rule;
  }
}
