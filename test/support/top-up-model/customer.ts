import { createAccount, createTenant, type TestAccount, type TestTenant } from '../accounts.js';
import { Agreements, type Pack, PACK_LIST, termsOf } from './agreements.js';
import { insufficientOf, invoicesOf, isOpen, nth } from './facts.js';
import { type Answer, type Body, Requests } from './requests.js';
import type { Size, Step, WalkTerms } from './steps.js';
import type { Facts, World } from './world.js';

type Of<K extends Step['kind']> = Extract<Step, { kind: K }>;

/** Settings are remembered for 4 s by every process. */
const SETTINGS_SETTLE_MS = 5000;
/** A customer and their seller: sends the requests of a walk, and keeps what was agreed to with those that are accepted. */
export class Customer {
  /** Packs that were asked for in the step under way. */
  purchases: Pack[] = [];
  /** What was really paid on each invoice, minor units; Infinity for all that was owed. */
  readonly paid = new Map<string, number>();
  readonly voided = new Set<string>();
  readonly canceled = new Set<string>();
  /** Payments that the customer has confirmed with the provider themselves. */
  readonly authenticated = new Set<string>();
  readonly #requests: Requests;
  readonly #holds: { walletId: string; id: string; credits: number }[] = [];

  private constructor(
    private readonly world: World,
    tenant: TestTenant,
    private readonly account: TestAccount,
    readonly agreements: Agreements,
  ) {
    this.#requests = new Requests(world, tenant, account);
  }

  static async create(world: World, terms: WalkTerms): Promise<Customer> {
    const tenant = await createTenant(world.apps[0], 'development');
    const account = await createAccount(world.apps[0], tenant, terms.card);
    const customer = new Customer(world, tenant, account, new Agreements(terms.card, PACK_LIST));
    const pack = { id: 'pack_eur', name: '10 credits', price_minor: 900, currency: 'eur', pack_amount: 10 };
    await customer.#requests.server(0).post('/v1/credit-packs', pack).expect(201);
    return customer;
  }

  /** What a walk starts with, as requests like any other. */
  async begin(terms: WalkTerms): Promise<void> {
    const frame = { process: 0, wallet: 0 };
    await this.#setting(0, 'credits', { currency: 'usd', purchase_validity_months: terms.validityMonths });
    const load = terms.credits > 0 ? { initial_credits_to_load: String(terms.credits) } : {};
    await this.#openWallet(0, terms.firstWallet, load);
    const facts = await this.world.read();
    if (terms.bought) await this.take({ ...frame, kind: 'purchase', pack: terms.bought }, facts);
    if (terms.account) await this.take({ ...frame, kind: 'account', method: 'put', terms: terms.account }, facts);
    if (terms.rule) await this.take({ ...frame, kind: 'rule', terms: terms.rule }, facts);
  }

  /** What the service has answered since the last time this was asked. */
  takeAnswers(): Answer[] {
    const { answers } = this.#requests;
    this.#requests.answers = [];
    return answers;
  }

  async take(step: Step, facts: Facts): Promise<void> {
    const walletId = this.#target(step);
    const client = this.#requests.server(step.process);
    switch (step.kind) {
      case 'debit':
        return void (await this.#debit(step.process, walletId, this.#amount(step.size, walletId, facts)));
      case 'burst':
        return this.#burst(walletId, this.#amount(step.size, walletId, facts));
      case 'race':
        return this.#race(step, walletId, facts);
      case 'grant':
        return this.#grant(step, walletId);
      case 'hold':
      case 'capture':
      case 'release':
        return this.#hold(step, walletId, facts);
      case 'reverse':
        return this.#reverse(step, walletId);
      case 'transfer': {
        const to = this.pick(step.to + step.wallet + 1);
        const credits = String(this.#amount(step.size, walletId, facts));
        const body = { to_wallet_id: to, credits, idempotency_key: this.#requests.key() };
        return void (await this.#requests.send(client.post(`/v1/wallets/${walletId}/transfer`, body)));
      }
      case 'terminate':
        if (await this.#requests.send(client.post(`/v1/wallets/${walletId}/terminate`)))
          this.agreements.closeWallet(walletId);
        return;
      case 'convert': {
        const answer = await this.#requests.send(
          client.post(`/v1/wallets/${walletId}/modify`, { modification_type: 'prepaid_to_postpaid' }),
        );
        if (answer) this.agreements.convert(walletId, (answer['new_wallet'] as { id: string }).id);
        return;
      }
      case 'rule':
      case 'rule switch':
      case 'limits':
        return this.#changeWallet(step, walletId);
      case 'account':
        return this.#changeAccount(step);
      case 'pack':
        return this.#changePack(step);
      case 'card': {
        const path = `/v1/customers/${this.account.customerId}/payment-methods`;
        if (await this.#requests.send(client.post(path, { token: step.card }))) this.agreements.now.card = step.card;
        return this.world.runTask(step.process);
      }
      case 'no card':
        return this.#removeCard(step.process);
      case 'authenticate':
        return this.#authenticate(step, facts);
      case 'provider':
        if (await this.#setting(step.process, 'payments', { provider: step.provider })) {
          this.agreements.now.provider = step.provider;
        }
        return;
      case 'purchase':
        return this.#purchase(step);
      case 'invoiced':
        return this.#askForInvoice(step.process, walletId, step.credits);
      case 'pay':
        // Few walks would pay anything if an invoice had to be there by chance.
        if (invoicesOf(facts).length === 0) return this.#askForInvoice(step.process, walletId, 20);
        return this.#pay(step, facts);
      case 'void': {
        const invoiceId = nth(invoicesOf(facts), step.invoice)?.invoiceId;
        if (invoiceId) await this.voidInvoice(invoiceId, step.process);
        return;
      }
      case 'cancel': {
        const waiting = [...facts.topUps.values()].filter((topUp) => isOpen(topUp) && !topUp.invoicing);
        const topUp = nth(waiting, step.topUp);
        if (topUp) await this.cancelTopUp(topUp.id, step.process);
        return;
      }
      case 'open wallet':
        return this.#openWallet(step.process, step.currency);
      case 'credits setting': {
        const value = { currency: step.currency, purchase_validity_months: step.months };
        return void (await this.#setting(step.process, 'credits', value));
      }
      case 'invoice setting': {
        const value = { auto_complete_purchased_credit_transaction: step.autoComplete };
        if (await this.#setting(step.process, 'invoice_config', value)) {
          this.agreements.now.autoComplete = step.autoComplete;
        }
        return;
      }
      case 'wait':
        return this.world.clock.advance(step.seconds * 1000);
      case 'task':
        return this.world.runTask(step.process);
      case 'travel':
      case 'to the date':
        throw new Error('a journey is many steps');
    }
  }

  /** One of the wallets that are open; the last one where none is. */
  pick(index: number): string {
    const all = [...this.agreements.now.wallets];
    const active = all.filter(([, wallet]) => wallet.isActive);
    return (nth(active, index) ?? all.at(-1))?.[0] ?? 'wallet_none';
  }

  /** Lifts all limits and switches every rule that is on, on again, at a threshold above what its wallet has. */
  async resume(facts: Facts): Promise<void> {
    for (const [walletId, { rule, isActive }] of this.agreements.now.wallets) {
      if (!rule?.on || !isActive) continue;
      const limits = { perHour: 1000, maxUnits: 1000, monthlyCount: null, monthlyAmount: null };
      await this.#changeWallet({ process: 0, wallet: 0, kind: 'limits', terms: limits }, walletId);
      const threshold = Math.max(10, Math.ceil(facts.wallets.get(walletId)?.available ?? 0) + 10);
      const terms = { threshold, amount: 50, invoicing: rule.invoicing, cooldownSeconds: 1 };
      await this.#changeWallet({ process: 0, wallet: 0, kind: 'rule', terms }, walletId);
    }
  }

  /** Puts the account's pack back on sale as it was, and agrees to it once more. */
  async agreeAgain(): Promise<void> {
    const { expiration, insufficient, pack } = this.agreements.now.account;
    if (!pack || !(expiration.on || insufficient.on)) return;
    const frame = { process: 0, wallet: 0 };
    await this.#changePack({ ...frame, kind: 'pack', pack: pack.id, change: 'back' });
    const terms = { onExpiration: expiration.on, onInsufficient: insufficient.on, pack: pack.id };
    await this.#changeAccount({ ...frame, kind: 'account', method: 'put', terms });
  }

  /** Asks each wallet whose rule is to buy then for a little more than it has, with every limit lifted. */
  async askForMore(facts: Facts): Promise<void> {
    for (const walletId of insufficientOf(facts, this.agreements.now)) {
      const limits = { perHour: 1000, maxUnits: 1000, monthlyCount: null, monthlyAmount: null };
      await this.#changeWallet({ process: 0, wallet: 0, kind: 'limits', terms: limits }, walletId);
      await this.#debit(0, walletId, this.#amount('beyond', walletId, facts));
    }
  }

  /** A switch is for a wallet that has a rule, if any has. */
  #target(step: Step): string {
    const isSwitch = step.kind === 'rule switch' || (step.kind === 'race' && step.against === 'rule');
    const ruled = [...this.agreements.now.wallets].filter(([, { rule, isActive }]) => rule !== null && isActive);
    return (isSwitch ? nth(ruled, step.wallet)?.[0] : undefined) ?? this.pick(step.wallet);
  }

  get(path: string): Promise<Body> {
    return this.#requests
      .server(0)
      .get(path)
      .then(({ body }) => body as Body);
  }

  /** What the account's own settings page says. */
  async settings(): Promise<Body> {
    return (await this.#requests.own(0, 'get', '/account/credits/top-up/settings/')).body as Body;
  }

  async voidInvoice(invoiceId: string, process = 0): Promise<void> {
    if (await this.#requests.send(this.#requests.server(process).post(`/v1/invoices/${invoiceId}/void`)))
      this.voided.add(invoiceId);
  }

  async cancelTopUp(topUpId: string, process = 0): Promise<void> {
    if (await this.#requests.send(this.#requests.server(process).post(`/v1/top-ups/${topUpId}/cancel`)))
      this.canceled.add(topUpId);
  }

  async #debit(process: number, walletId: string, credits: number): Promise<Body | undefined> {
    const body = {
      credits: String(credits),
      transaction_reason: 'MANUAL_BALANCE_DEBIT',
      idempotency_key: this.#requests.key(),
    };
    return this.#requests.send(this.#requests.server(process).post(`/v1/wallets/${walletId}/debit`, body));
  }

  /** Four clients on two processes, three debits each. */
  async #burst(walletId: string, credits: number): Promise<void> {
    const share = Math.max(1, Math.floor(credits / 8));
    const client = async (process: number) => {
      for (let count = 0; count < 3; count += 1) await this.#debit(process, walletId, share);
    };
    await Promise.all([0, 1, 0, 1].map(client));
  }

  async #race(step: Of<'race'>, walletId: string, facts: Facts): Promise<void> {
    const { process, wallet } = step;
    const withdraw: Step =
      step.against === 'rule'
        ? { process: process + 1, wallet, kind: 'rule switch', on: false }
        : { process: process + 1, wallet, kind: 'account', method: 'put', terms: {} };
    const debit = this.#debit(process, walletId, this.#amount(step.size, walletId, facts));
    await Promise.all([debit, this.take(withdraw, facts)]);
  }

  async #grant({ process, credits, expiresInDays }: Of<'grant'>, walletId: string): Promise<void> {
    const expiry = expiresInDays === null ? {} : { expiry_date_utc: this.#later(expiresInDays * 24) };
    const body = { credits_to_add: String(credits), transaction_reason: 'FREE_CREDIT_GRANT', ...expiry };
    await this.#requests.send(this.#requests.server(process).post(`/v1/wallets/${walletId}/top-up`, body));
  }

  async #hold(step: Of<'hold' | 'capture' | 'release'>, walletId: string, facts: Facts): Promise<void> {
    const client = this.#requests.server(step.process);
    if (step.kind === 'hold') {
      const credits = this.#amount(step.size, walletId, facts);
      const until = step.hours === null ? {} : { expires_at: this.#later(step.hours) };
      const body = { credits: String(credits), ...until, idempotency_key: this.#requests.key() };
      const answer = await this.#requests.send(client.post(`/v1/wallets/${walletId}/holds`, body));
      if (answer) this.#holds.push({ walletId, id: answer['id'] as string, credits });
      return;
    }
    const hold = nth(this.#holds, step.hold);
    if (!hold) return;
    const path = `/v1/wallets/${hold.walletId}/holds/${hold.id}/${step.kind}`;
    const key = { idempotency_key: this.#requests.key() };
    const capture = step.kind === 'capture' && {
      credits: String(Math.max(1, Math.floor(hold.credits * step.share))),
      final: step.final,
    };
    await this.#requests.send(client.post(path, { ...key, ...capture }));
  }

  async #reverse({ process, entry, credits, restore }: Of<'reverse'>, walletId: string): Promise<void> {
    const rows = await this.world.em.execute<{ id: string }[]>(
      `select id from entry where wallet_id = ? and counter_account = 'usage' order by sequence desc`,
      [walletId],
    );
    const id = nth(rows, entry)?.id;
    if (!id) return;
    const body = {
      ...(credits === null ? {} : { credits: String(credits) }),
      expired_credits: restore ? 'restore' : 'forfeit',
      idempotency_key: this.#requests.key(),
    };
    await this.#requests.send(this.#requests.server(process).post(`/v1/transactions/${id}/reverse`, body));
  }

  async #changeWallet(step: Of<'rule' | 'rule switch' | 'limits'>, walletId: string): Promise<void> {
    const path = `/v1/wallets/${walletId}`;
    const client = this.#requests.server(step.process);
    if (step.kind === 'rule switch') {
      const isDone = await this.#requests.send(client.put(path, { auto_topup: { enabled: step.on } }));
      if (isDone) this.agreements.switchRule(walletId, step.on);
    } else if (step.kind === 'rule') {
      const { threshold, amount, invoicing, cooldownSeconds } = step.terms;
      const days = (cooldownSeconds ?? 0) / 86_400;
      const cooldown = days >= 1 ? { value: days, unit: 'day' } : { value: cooldownSeconds ?? 0, unit: 'second' };
      const rule = { enabled: true, threshold: String(threshold), amount: String(amount), invoicing, cooldown };
      if (await this.#requests.send(client.put(path, { auto_topup: rule }))) {
        this.agreements.setRule(walletId, termsOf(step.terms));
      }
    } else {
      const { perHour, maxUnits, monthlyCount, monthlyAmount } = step.terms;
      const limits = {
        max_per_hour: perHour,
        max_units: maxUnits,
        monthly_count: monthlyCount,
        monthly_amount: monthlyAmount == null ? monthlyAmount : String(monthlyAmount),
      };
      if (await this.#requests.send(client.put(path, { top_up_limits: limits }))) {
        this.agreements.setLimits(walletId, step.terms);
      }
    }
  }

  async #changeAccount({ process, method, terms }: Of<'account'>): Promise<void> {
    const body = {
      auto_top_up_on_expiration: terms.onExpiration,
      auto_top_up_on_insufficient: terms.onInsufficient,
      auto_top_up_credits_pack: terms.pack && { id: terms.pack },
    };
    const path = '/account/credits/top-up/settings/';
    const isDone = await this.#requests.send(this.#requests.own(process, method, path).send(body));
    if (isDone) this.agreements.setAccount(method, terms);
  }

  async #changePack({ process, pack, change }: Of<'pack'>): Promise<void> {
    const client = this.#requests.server(process);
    const path = `/v1/credit-packs/${pack}`;
    const current = this.agreements.now.packs.get(pack) as Pack;
    if (change === 'withdrawn') {
      if (await this.#requests.send(client.delete(path))) this.agreements.changePack(pack, { isOnSale: false });
      return;
    }
    const original = PACK_LIST.find(({ id }) => id === pack) as Pack;
    const wanted = { ...current };
    if (change === 'dearer') wanted.priceMinor += 100;
    if (change === 'smaller') wanted.credits = Math.max(1, wanted.credits - 1);
    if (change === 'back') Object.assign(wanted, original);
    const body = { price_minor: wanted.priceMinor, pack_amount: wanted.credits, is_on_sale: wanted.isOnSale };
    if (await this.#requests.send(client.put(path, body))) this.agreements.changePack(pack, wanted);
  }

  async #removeCard(process: number): Promise<void> {
    const path = `/v1/customers/${this.account.customerId}/payment-methods`;
    const { items } = (await this.get(path)) as { items: { id: string }[] };
    for (const { id } of items) {
      if (await this.#requests.send(this.#requests.server(process).delete(`${path}/${id}`)))
        this.agreements.now.card = null;
    }
  }

  /** As the page of the provider would: the holder of the card lets the payment through. */
  async #authenticate({ topUp: index }: Of<'authenticate'>, facts: Facts): Promise<void> {
    const asking = [...facts.topUps.values()].filter(({ status }) => status === 'requires_action');
    const paymentId = nth(asking, index)?.paymentId;
    if (!paymentId) return;
    this.authenticated.add(paymentId);
    const request = { paymentId, paymentMethodRef: 'pm_sandbox_approve' };
    await this.world.provider.confirmPayment(request, this.#requests.key());
  }

  async #purchase({ process, pack }: Of<'purchase'>): Promise<void> {
    this.purchases.push(structuredClone(this.agreements.now.packs.get(pack) as Pack));
    const request = this.#requests.own(process, 'post', '/account/credits/top-up/');
    await this.#requests.send(request.set('Idempotency-Key', this.#requests.key()).send({ pack_id: pack }));
  }

  async #askForInvoice(process: number, walletId: string, credits: number): Promise<void> {
    const body = { transaction_reason: 'PURCHASED_CREDIT_INVOICED', credits_to_add: String(credits) };
    await this.#requests.send(this.#requests.server(process).post(`/v1/wallets/${walletId}/top-up`, body));
  }

  async #pay({ process, invoice, how }: Of<'pay'>, facts: Facts): Promise<void> {
    const topUp = nth(invoicesOf(facts), invoice);
    if (!topUp?.invoiceId) return;
    const { invoiceId, priceMinor } = topUp;
    const half = Math.max(1, Math.floor(priceMinor / 2));
    const isPart = how === 'part' || how === 'twice';
    const amount = isPart ? { amount: (half / 100).toFixed(2) } : {};
    const body = { payment_status: how === 'failed' ? 'FAILED' : 'SUCCEEDED', ...amount };
    const key = this.#requests.key();
    const path = `/v1/invoices/${invoiceId}/payment`;
    let isDone = false;
    for (let count = 0; count < (how === 'twice' ? 2 : 1); count += 1) {
      const answer = await this.#requests.send(
        this.#requests.server(process).put(path, body).set('Idempotency-Key', key),
      );
      isDone ||= answer !== undefined;
    }
    if (!isDone || how === 'failed') return;
    this.paid.set(invoiceId, (this.paid.get(invoiceId) ?? 0) + (isPart ? half : Infinity));
  }

  async #openWallet(process: number, currency: string, more: Body = {}): Promise<void> {
    const body = { customer_id: this.account.customerId, currency, ...more };
    const answer = await this.#requests.send(this.#requests.server(process).post('/v1/wallets', body));
    if (answer) this.agreements.openWallet(answer['id'] as string, currency);
  }

  async #setting(process: number, key: string, value: Body): Promise<boolean> {
    const answer = await this.#requests.send(this.#requests.server(process).put(`/v1/settings/${key}`, { value }));
    this.world.clock.advance(SETTINGS_SETTLE_MS);
    return answer !== undefined;
  }

  #amount(size: Size, walletId: string, facts: Facts): number {
    const has = Math.max(0, Math.floor(facts.wallets.get(walletId)?.available ?? 0));
    const amounts = { little: 3, most: has - 4, all: has, beyond: has + 7, 'far beyond': has + 1500 };
    return Math.max(1, amounts[size]);
  }

  #later(hours: number): string {
    return new Date(this.world.clock.now().getTime() + hours * 3_600_000).toISOString();
  }
}
