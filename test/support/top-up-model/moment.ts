import type { Agreement, Pack } from './agreements.js';
import type { BookEntry } from './books.js';
import type { Customer } from './customer.js';
import type { Answer } from './requests.js';
import type { Card, Step } from './steps.js';
import type { Facts, World } from './world.js';

/** One instant of a walk: what was asked, what was in force, and what came of it. The clock stands still within it. */
export interface Moment {
  index: number;
  kind: Step['kind'] | 'begin' | 'rescue';
  said: string;
  now: Date;
  /** What was in force. Two only where an agreement was withdrawn at the same time as something that it allowed. */
  inForce: Agreement[];
  before: Facts;
  after: Facts;
  /** What the service has asked of a card. */
  attempts: BookEntry[];
  /** Packs that the customer has asked for. */
  purchases: Pack[];
  answers: Answer[];
}

/** A charge that was sent for an automatic top-up. */
export interface SentCharge {
  topUpId: string;
  walletId: string;
  amountMinor: number;
  currency: string;
  sentAt: Date;
  createdAt: Date;
}

/** What is known of a walk so far, for the invariants to look at. */
export interface Story {
  world: World;
  customer: Customer;
  moments: Moment[];
  /** Since when, without a break, an account's renewal on a wallet lacked nothing that only a person could give. */
  renewableSince: Map<string, Date>;
  /** The moment in which a top-up was seen first. */
  origins: Map<string, Moment>;
  charges: SentCharge[];
}

/** Something that must hold in every moment. */
export interface Invariant {
  name: string;
  /** What breaks it in this moment, a sentence each. */
  find(moment: Moment, story: Story): string[] | Promise<string[]>;
  /** What breaks it once nothing is under way any more. */
  atEnd?(story: Story): string[] | Promise<string[]>;
}

/** Cards that pay in the end, without anybody's doing. */
export const PAYING_CARDS: ReadonlySet<Card> = new Set<Card>([
  'pm_sandbox_approve',
  'pm_sandbox_processing',
  'pm_sandbox_error_once',
  'pm_sandbox_hang',
]);

/** Steps after which a rule that was paused may buy again in the same instant. */
const RESUMING: ReadonlySet<Moment['kind']> = new Set<Moment['kind']>([
  'begin',
  'rescue',
  'rule',
  'rule switch',
  'account',
  'race',
  'card',
  'authenticate',
  'purchase',
  'pay',
]);

export function mayResume(moment: Moment): boolean {
  if (RESUMING.has(moment.kind)) return true;
  // A payment that goes through ends a pause that was about the card.
  return [...moment.after.topUps.values()].some(
    ({ id, status }) => status === 'succeeded' && moment.before.topUps.get(id)?.status !== 'succeeded',
  );
}
