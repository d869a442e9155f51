import { setTimeout as delay } from 'node:timers/promises';
import type { FastTime } from './fast-time.js';
import type { AgreedRule, Journal } from './journal.js';
import type { Answer, PersistentClient } from './persistent-client.js';
import type { Random } from './random.js';
import type { StandInProcess } from './stand-in-process.js';

/** Never spent as a whole, so that a debit is refused by nothing but a mistake. */
export const FIRST_CREDITS = 1000;
const THRESHOLD = 990;
/** How long a rule stays switched off, in the machine's milliseconds: long enough for something to be charged. */
const OFF_MS = 3500;

const WALK = {
  debit: 60,
  debits: 14,
  grant: 8,
  edit: 6,
  newCard: 5,
  refund: 3,
  switchOff: 3,
  cardGoesBad: 3,
  bankHesitates: 4,
};

export interface Surroundings {
  client: PersistentClient;
  standIn: StandInProcess;
  journal: Journal;
  time: FastTime;
  /** What a customer waits between two requests, in the machine's milliseconds. */
  pauseMs: number;
}

/** One customer with one wallet, who spends, buys, edits and changes cards at random, and believes what is answered. */
export class Customer {
  #rule: AgreedRule = { enabled: true, threshold: THRESHOLD, amount: 8 };
  #card = '';
  #isCardBad = false;
  #writes = 0;
  readonly #refunded = new Set<string>();

  private constructor(
    readonly id: string,
    readonly walletId: string,
    private readonly around: Surroundings,
    private readonly random: Random,
  ) {}

  static async create(around: Surroundings, name: string, random: Random): Promise<Customer> {
    const { client } = around;
    const customer = await client.ask('POST', '/v1/customers', { external_id: name, name });
    const wallet = await client.ask('POST', '/v1/wallets', {
      customer_id: customer.body['id'],
      currency: 'usd',
      initial_credits_to_load: String(FIRST_CREDITS),
    });
    const created = new Customer(customer.body['id'] as string, wallet.body['id'] as string, around, random);
    await created.#newCard();
    await created.#agree(created.#rule, { max_per_hour: 100_000 });
    return created;
  }

  async liveUntil(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      // A card that is never to be charged again is replaced before anything else could excuse a charge of it.
      if (this.#isCardBad && this.random.between(1, 4) === 1) await this.#newCard();
      else await this.#step();
      await delay(this.around.pauseMs);
    }
  }

  async stopBuying(): Promise<void> {
    await this.#agree({ ...this.#rule, enabled: false });
  }

  async #step(): Promise<void> {
    switch (this.random.pick(WALK)) {
      case 'debit':
        return this.#debit();
      case 'debits':
        return void (await Promise.all([this.#debit(), this.#debit(), this.#debit()]));
      case 'grant':
        return this.#grant();
      case 'edit':
        return this.#edit();
      case 'newCard':
        return this.#newCard();
      case 'refund':
        return this.#refundTwice();
      case 'switchOff':
        return this.#switchOffForAWhile();
      case 'cardGoesBad':
        return this.#cardGoesBad();
      case 'bankHesitates':
        return this.#bankHesitates();
    }
  }

  async #debit(): Promise<void> {
    const credits = this.random.between(1, 5);
    const body = { credits: String(credits), transaction_reason: 'MANUAL_BALANCE_DEBIT' };
    await this.#write('debit', credits, `/v1/wallets/${this.walletId}/debit`, body);
  }

  async #grant(): Promise<void> {
    const credits = this.random.between(1, 3);
    const body = { credits_to_add: String(credits), transaction_reason: 'FREE_CREDIT_GRANT' };
    await this.#write('grant', credits, `/v1/wallets/${this.walletId}/top-up`, body);
  }

  async #write(kind: 'debit' | 'grant', credits: number, path: string, body: object): Promise<void> {
    this.#writes += 1;
    const id = `${kind}-${this.walletId}-${this.#writes}`;
    const answer = await this.around.client.ask('POST', path, { ...body, description: id, idempotency_key: id });
    this.#expect(answer, [200, 402], `${kind} ${id}`);
    const isAccepted = answer.status === 200;
    this.around.journal.writes.push({ id, walletId: this.walletId, kind, credits, isAccepted });
  }

  async #edit(): Promise<void> {
    const threshold = THRESHOLD + this.random.between(0, 5);
    await this.#agree({ ...this.#rule, threshold, amount: this.random.between(6, 12) });
  }

  /** With a good card only: switching on would have a lost one tried again, as its owner asked. */
  async #switchOffForAWhile(): Promise<void> {
    if (this.#isCardBad) return;
    const { journal, time } = this.around;
    await this.#agree({ ...this.#rule, enabled: false });
    const from = time.now();
    const end = Date.now() + OFF_MS;
    while (Date.now() < end) {
      await this.#debit();
      await delay(this.around.pauseMs);
    }
    const until = time.now();
    journal.offPeriods.push({ walletId: this.walletId, customerId: this.id, from, until });
    await this.#agree({ ...this.#rule, enabled: true });
  }

  /** Sent whole, so that a repeat says the same. `enabled` only where it changes: saying "on" again resumes. */
  async #agree(rule: AgreedRule, limits?: object): Promise<void> {
    const isSwitched = rule.enabled !== this.#rule.enabled || limits !== undefined;
    const terms = { threshold: String(rule.threshold), amount: String(rule.amount), invoicing: false };
    const cooldown = { value: 20, unit: 'second' };
    const answer = await this.around.client.ask('PUT', `/v1/wallets/${this.walletId}`, {
      auto_topup: { ...terms, cooldown, ...(isSwitched ? { enabled: rule.enabled } : {}) },
      ...(limits ? { top_up_limits: limits } : {}),
    });
    this.#expect(answer, [200], 'an edit');
    this.#rule = rule;
    this.around.journal.rules.set(this.walletId, rule);
    this.around.journal.edits += 1;
  }

  async #newCard(): Promise<void> {
    const token = await this.around.standIn.mintCard();
    const answer = await this.around.client.ask('POST', `/v1/customers/${this.id}/payment-methods`, { token });
    this.#expect(answer, [200, 201], 'a new card');
    this.#card = token;
    this.#isCardBad = false;
    this.around.journal.cards += 1;
  }

  /** Lost: declined from now on, and never to be tried again after the first time. */
  async #cardGoesBad(): Promise<void> {
    if (this.#isCardBad) return;
    this.#isCardBad = true;
    const { lostCards } = this.around.journal;
    lostCards.set(this.id, (lostCards.get(this.id) ?? 0) + 1);
    const outcome = { kind: 'decline', code: 'card_declined', declineCode: 'lost_card' } as const;
    await this.around.standIn.addOutcome({ paymentMethod: this.#card, outcome });
    await this.#debit();
  }

  /** Once: no for now, a question to the holder, or an answer that comes later. */
  async #bankHesitates(): Promise<void> {
    const kind = this.random.pick({ soft: 1, authenticate: 1, late: 3, lateNo: 1 });
    const late = { kind: 'processing', afterMs: 400 } as const;
    const outcome = {
      soft: { kind: 'decline', code: 'card_declined', declineCode: 'insufficient_funds' } as const,
      authenticate: { kind: 'authenticate' } as const,
      late: { ...late, endsAs: 'succeeded' } as const,
      lateNo: { ...late, endsAs: 'failed' } as const,
    }[kind];
    await this.around.standIn.addOutcome({ paymentMethod: this.#card, times: 1, outcome });
  }

  /** A little more than half of the price, by each of two requests at once: there is money for one of them. */
  async #refundTwice(): Promise<void> {
    const { body } = await this.around.client.ask('GET', `/v1/wallets/${this.walletId}/top-ups`);
    const bought = (body['items'] as { id: string; status: string; price_minor: number }[]).find(
      ({ id, status }) => status === 'succeeded' && !this.#refunded.has(id),
    );
    if (!bought) return;
    this.#refunded.add(bought.id);
    const credits = Math.floor(bought.price_minor / 200) + 1;
    await Promise.all(['a', 'b'].map((which) => this.#refund(bought.id, credits, `refund-${bought.id}-${which}`)));
  }

  async #refund(topUpId: string, credits: number, key: string): Promise<void> {
    const body = { amount: String(credits), on_spent: 'debt', idempotency_key: key };
    const answer = await this.around.client.ask('POST', `/v1/top-ups/${topUpId}/refund`, body);
    this.#expect(answer, [200, 400], 'a refund');
    if (answer.status === 200) this.around.journal.refunds.push({ topUpId, credits });
  }

  #expect(answer: Answer, statuses: readonly number[], what: string): void {
    if (statuses.includes(answer.status)) return;
    this.around.journal.surprises.push(`${what}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 200)}`);
  }
}
