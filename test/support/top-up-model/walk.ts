import { type BookEntry } from './books.js';
import { Customer } from './customer.js';
import { isOpen } from './facts.js';
import { INVARIANTS } from './invariants.js';
import { type Invariant, type Moment, PAYING_CARDS, type Story } from './moment.js';
import { rescue } from './rescue.js';
import { say, type Step, type Walk } from './steps.js';
import type { Facts, World } from './world.js';

/** An invariant that did not hold, and where. */
export interface Breach {
  invariant: string;
  what: string;
  /** How many steps had been taken, and whether it was seen only when all of them were. */
  steps: number;
  isInRescue: boolean;
  /** The walk up to there, and the decisions of its wallets. */
  account: string;
}

/** Which breach is looked for again. */
export interface Search {
  invariant: string;
  isInRescue: boolean;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Stops of a journey that are made for top-ups under way; those for dates of credits are always made. */
const MAX_STOPS = 6;
/** After a date: what may happen while time alone stands between a rule and its purchase. */
const AFTER_DATE_MS = [0, 61_000, HOUR_MS + 61_000, 6 * HOUR_MS, 30 * HOUR_MS, 71 * HOUR_MS];

/** Takes a walk over the service and looks at every invariant after every step. */
export class TopUpWalk implements Story {
  readonly moments: Moment[] = [];
  readonly renewableSince = new Map<string, Date>();
  readonly origins = new Map<string, Moment>();
  readonly charges: Story['charges'] = [];
  readonly breaches = new Map<string, Breach>();
  #facts!: Facts;
  #taken = 0;
  #isInRescue = false;

  private constructor(
    readonly world: World,
    readonly customer: Customer,
    private readonly search: Search | undefined,
  ) {}

  /**
   * @param search ends the walk at the first breach of one invariant, and looks at no other
   * @returns the first breach of each invariant, and how many charges there were
   */
  static async take(world: World, walk: Walk, search?: Search): Promise<{ breaches: Breach[]; charged: number }> {
    await world.reset();
    const customer = await Customer.create(world, walk.terms);
    const self = new TopUpWalk(world, customer, search);
    self.#facts = await world.read();
    await self.#do({ kind: 'begin', said: `begin ${JSON.stringify(walk.terms)}` }, () => customer.begin(walk.terms));
    for (const step of walk.steps) {
      if (search && self.breaches.size > 0) break;
      self.#taken += 1;
      await self.#step(step);
    }
    if (!search || (search.isInRescue && self.breaches.size === 0)) await self.#rescue();
    const charged = [...world.books.settlements.values()].filter(({ kind }) => kind === 'charge').length;
    return { breaches: [...self.breaches.values()], charged };
  }

  get facts(): Facts {
    return this.#facts;
  }

  async #rescue(): Promise<void> {
    this.#isInRescue = true;
    for (const { said, act } of rescue(this)) await this.#do({ kind: 'rescue', said }, act);
    for (const invariant of this.#watched()) {
      for (const what of (await invariant.atEnd?.(this)) ?? []) await this.#note(invariant, what);
    }
  }

  async #step(step: Step): Promise<void> {
    const { clock } = this.world;
    const stop = (said: string) =>
      this.#do({ kind: 'travel', said: `${say(step)}: ${said}` }, () => this.world.runTask(step.process));
    if (step.kind === 'travel') return this.journey(clock.now().getTime() + step.days * DAY_MS, stop);
    if (step.kind !== 'to the date') {
      return this.#do({ kind: step.kind, said: say(step) }, () => this.customer.take(step, this.#facts), step);
    }
    const { dates } = await this.world.dueInstants();
    const next = Math.min(...dates.map((date) => date.getTime() - step.secondsBefore * 1000));
    if (!Number.isFinite(next) || next <= clock.now().getTime()) return;
    if (step.tended) return this.journey(next, stop);
    return this.#do({ kind: 'wait', said: say(step) }, async () => clock.set(new Date(next)));
  }

  /** Moves time on from one instant at which something may be due to the next. */
  async journey(end: number, stop: (said: string) => Promise<unknown>): Promise<void> {
    const { clock } = this.world;
    for (let stops = 0; clock.now().getTime() < end; stops += 1) {
      const now = clock.now().getTime();
      const due = await this.world.dueInstants();
      const dates = due.dates.flatMap((date) => [lastDayOf(date), ...AFTER_DATE_MS.map((ms) => date.getTime() + ms)]);
      const others = stops < MAX_STOPS ? due.others.map((date) => date.getTime()) : [];
      const next = Math.min(end, ...[...dates, ...others].filter((instant) => instant > now));
      clock.set(new Date(next));
      await stop(clock.now().toISOString());
    }
  }

  async #do(what: Pick<Moment, 'kind' | 'said'>, act: () => Promise<unknown>, step?: Step): Promise<void> {
    const { world, customer } = this;
    const first = customer.agreements.snapshot();
    customer.purchases = [];
    customer.takeAnswers();
    await act();
    await world.idle();
    const after = await world.read();
    for (const { id, currency } of after.wallets.values()) {
      if (!customer.agreements.now.wallets.has(id)) customer.agreements.openWallet(id, currency);
    }
    const last = customer.agreements.snapshot();
    const moment: Moment = {
      ...what,
      index: this.moments.length,
      now: world.clock.now(),
      inForce: step?.kind === 'race' ? [first, last] : [last],
      before: this.#facts,
      after,
      attempts: world.books.read().filter(({ paymentId }) => !customer.authenticated.has(paymentId)),
      purchases: customer.purchases,
      answers: customer.takeAnswers(),
    };
    this.#facts = after;
    this.moments.push(moment);
    for (const id of after.topUps.keys()) if (!this.origins.has(id)) this.origins.set(id, moment);
    for (const invariant of this.#watched()) {
      for (const broken of await invariant.find(moment, this)) await this.#note(invariant, broken);
    }
    this.#remember(moment);
  }

  #watched(): Invariant[] {
    return INVARIANTS.filter(({ name }) => (this.search?.invariant ?? name) === name && !this.breaches.has(name));
  }

  /** Charges that were sent, and since when each renewal lacks nothing. */
  #remember(moment: Moment): void {
    for (const attempt of moment.attempts) this.#rememberCharge(moment, attempt);
    const { account, provider, card, wallets } = this.customer.agreements.now;
    const isAgreed = account.expiration.on && account.pack !== null && !account.isPackPaused;
    const isReady = isAgreed && provider === 'sandbox' && card !== null && PAYING_CARDS.has(card);
    for (const [id, { isActive, limits }] of wallets) {
      const isCapped = limits.monthlyCount !== null || limits.monthlyAmountMinor !== null;
      const hasRule = moment.after.accountRules.some(
        ({ walletId, trigger }) => walletId === id && trigger === 'expiration',
      );
      if (!isReady || !isActive || isCapped || !hasRule || moment.after.pauses.has(id)) this.renewableSince.delete(id);
      else if (!this.renewableSince.has(id)) this.renewableSince.set(id, moment.now);
    }
  }

  #rememberCharge({ after, now }: Moment, { paymentId, outcome }: BookEntry): void {
    const payment = this.world.books.payments.get(paymentId);
    const topUp = payment && after.topUps.get(payment.topUpId);
    if (!payment || !topUp?.isAutomatic || outcome !== 'charge') return;
    const { amountMinor, currency } = payment;
    const { id: topUpId, walletId, createdAt } = topUp;
    this.charges.push({ topUpId, walletId, amountMinor, currency, sentAt: now, createdAt });
  }

  async #note({ name }: Invariant, what: string): Promise<void> {
    if (this.breaches.has(name)) return;
    const steps = this.moments.map(
      (moment) => `  ${moment.index}. ${moment.now.toISOString()} ${moment.said}${outcomesOf(moment)}`,
    );
    const account = [...steps, ...topUpsOf(this.#facts), ...(await this.#decisions())].join('\n');
    this.breaches.set(name, { invariant: name, what, steps: this.#taken, isInRescue: this.#isInRescue, account });
  }

  async #decisions(): Promise<string[]> {
    const rows = await this.world.em.execute<Record<string, unknown>[]>(
      `select wallet_id, trigger, verdict, code, reason, top_up_id, last_seen_at from top_up_decision
       order by last_seen_at, id`,
    );
    const lines = rows.map(
      (row) =>
        `  ${new Date(row['last_seen_at'] as string).toISOString()} ${String(row['wallet_id']).slice(-4)} ` +
        `${String(row['trigger'])} ${String(row['verdict'])} ${String(row['code'])}: ${String(row['reason'])}`,
    );
    return ['decisions', ...lines];
  }
}

/** The beginning of the last day (UTC) before the date, when renewals are bought. */
function lastDayOf(date: Date): number {
  return new Date(date.getTime() - 1).setUTCHours(0, 0, 0, 0);
}

function outcomesOf({ answers, attempts }: Moment): string {
  const said = answers.map(
    ({ status, body }) => `${status}${status >= 400 ? ` ${JSON.stringify(body).slice(0, 160)}` : ''}`,
  );
  const asked = attempts.map(({ paymentId, outcome }) => `card asked for ${paymentId.slice(-6)}: ${outcome}`);
  return [...said, ...asked].map((line) => `\n       -> ${line}`).join('');
}

function topUpsOf({ topUps }: Facts): string[] {
  const lines = [...topUps.values()].map(
    (topUp) =>
      `  ${topUp.id} of ${topUp.walletId.slice(-4)}: ${topUp.trigger}, ${topUp.credits} credits for ${topUp.priceMinor} ` +
      `${topUp.currency}, ${topUp.status} ${topUp.errorCode}${topUp.invoicing ? ' by invoice' : ''}` +
      `${topUp.paymentId ? ` payment ${topUp.paymentId.slice(-6)}` : ''}${isOpen(topUp) ? ' (open)' : ''}`,
  );
  return ['top-ups', ...lines];
}
