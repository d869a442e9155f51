import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Customer } from '../../customers/customer.entity.js';
import { LedgerService } from '../../ledger/ledger.service.js';
import { SettingsService } from '../../settings/settings.service.js';
import { Clock } from '../../shared/clock.js';
import { decimal } from '../../shared/decimal.js';
import { DomainError } from '../../shared/errors.js';
import { scopeOf } from '../../shared/scope.js';
import { withinEveryScope, withinScope } from '../../shared/sight.js';
import { ScheduledTask } from '../../top-ups/schedule/scheduled-task.js';
import type { Account } from '../account.js';
import { CreditsWallets } from '../credits-wallets.service.js';
import { type PromotionalPeriod, promotionalPeriod, renewalState } from './promotional-period.js';
import { PromotionalRenewal } from './promotional-renewal.entity.js';
import { RenewalQueue } from './renewal-queue.js';

const ACTOR = { keyId: '', requestId: 'scheduled' };
/** Before every other lot: promotional credits are spent first, also before purchased ones that expire sooner. */
const SPENT_FIRST = 0;

/** Promotional credits: they come every month on the day of sign-up, and what is left of the last ones goes then. */
@Injectable()
export class PromotionalCredits implements OnModuleInit {
  readonly #logger = new Logger('PromotionalCredits');

  constructor(
    private readonly em: EntityManager,
    private readonly queue: RenewalQueue,
    private readonly wallets: CreditsWallets,
    private readonly ledger: LedgerService,
    private readonly settings: SettingsService,
    private readonly clock: Clock,
    private readonly task: ScheduledTask,
  ) {}

  onModuleInit(): void {
    this.task.alsoRun(() => this.renewDue());
  }

  /**
   * Renews what is due. Any number of processes may: they claim different accounts, and the ledger takes each account's
   * period once. One that cannot be renewed is logged and waits, alone.
   */
  async renewDue(): Promise<void> {
    const { due, customers } = await withinEveryScope(() => this.#claim());
    await Promise.all(
      due.map((renewal) => {
        const customer = customers.get(renewal.customerId);
        return withinScope(renewal, () =>
          customer ? this.#renewOrPutOff(customer, renewal) : this.queue.forget(renewal),
        );
      }),
    );
  }

  async #claim(): Promise<{ due: PromotionalRenewal[]; customers: Map<string, Customer> }> {
    const due = await this.queue.claim();
    const ids = due.map(({ customerId }) => customerId);
    const customers = await this.em.fork().find(Customer, { id: { $in: ids }, status: 'published' });
    return { due, customers: new Map(customers.map((customer) => [customer.id, customer])) };
  }

  async #renewOrPutOff(customer: Customer, renewal: PromotionalRenewal): Promise<void> {
    try {
      await this.#renew(customer, renewal);
    } catch (error) {
      const isBusy = error instanceof DomainError && error.kind === 'unavailable';
      const waitsUntil = await (isBusy ? this.queue.giveBack(renewal) : this.queue.putOff(renewal));
      const what = { msg: 'promotional credits were not renewed', customerId: customer.id, waitsUntil, err: error };
      if (isBusy) this.#logger.warn(what);
      else this.#logger.error(what);
    }
  }

  async #renew(customer: Customer, renewal: PromotionalRenewal): Promise<void> {
    const account: Account = { scope: scopeOf(customer), customerId: customer.id, actor: ACTOR };
    const setting = await this.settings.get(account.scope, 'credits');
    if (setting.promotional_credits === 0) return this.queue.giveBack(renewal);
    const now = this.clock.now();
    const state = renewalState(renewal, customer.createdAt, customer.timezone);
    const period = promotionalPeriod(state, now, customer.timezone, setting.promotional_validity_months);
    const next = { nextAt: period.end, anchorDay: state.anchorDay, nextMonth: period.nextMonth };
    const isGivenAlready = await this.#give(account, setting.promotional_credits, period, async (em) => {
      const done = { renewedAt: now, attemptAt: null, failures: 0 };
      await em.upsert(PromotionalRenewal, { customerId: customer.id, ...account.scope, ...next, ...done });
    });
    if (isGivenAlready) await this.queue.moveOn(customer.id, next);
  }

  /** @returns whether the period's credits had been given before, so that nothing was written now */
  async #give(
    account: Account,
    credits: number,
    period: PromotionalPeriod,
    remember: (em: EntityManager) => Promise<void>,
  ): Promise<boolean> {
    const wallet = await this.wallets.findOrOpen(account);
    const key = `promotional:${account.customerId}:${period.day}`;
    try {
      const { isReplayed } = await this.ledger.post({
        kind: 'credit',
        scope: account.scope,
        walletId: wallet.id,
        actor: ACTOR,
        idempotency: { key, requestHash: '' },
        terms: {
          credits: decimal(credits),
          reason: 'FREE_CREDIT_GRANT',
          priority: SPENT_FIRST,
          expiresAt: period.end,
          referenceType: 'REQUEST',
          referenceId: key,
          description: 'Promotional credits',
          idempotencyKey: key,
        },
        also: ({ em }) => remember(em),
        answer: () => null,
      });
      return isReplayed;
    } catch (error) {
      // The first answer is forgotten after some days; the entry with this key is not.
      if (error instanceof DomainError && error.kind === 'already_exists') return true;
      throw error;
    }
  }
}
