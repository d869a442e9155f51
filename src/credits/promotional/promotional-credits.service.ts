import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Customer } from '../../customers/customer.entity.js';
import { LedgerService } from '../../ledger/ledger.service.js';
import { SettingsService } from '../../settings/settings.service.js';
import { Clock } from '../../shared/clock.js';
import { decimal } from '../../shared/decimal.js';
import { scopeOf } from '../../shared/scope.js';
import { ScheduledTask } from '../../top-ups/schedule/scheduled-task.js';
import type { Account } from '../account.js';
import { CreditsWallets } from '../credits-wallets.service.js';
import { promotionalPeriod } from './promotional-period.js';
import { PromotionalRenewal } from './promotional-renewal.entity.js';

const ROUND_LIMIT = 500;
const ACTOR = { keyId: '', requestId: 'scheduled' };
/** Before every other lot: promotional credits are spent first, also before purchased ones that expire sooner. */
const SPENT_FIRST = 0;

/** Promotional credits: they come every month on the day of sign-up, and what is left of the last ones goes then. */
@Injectable()
export class PromotionalCredits implements OnModuleInit {
  readonly #logger = new Logger('PromotionalCredits');

  constructor(
    private readonly em: EntityManager,
    private readonly wallets: CreditsWallets,
    private readonly ledger: LedgerService,
    private readonly settings: SettingsService,
    private readonly clock: Clock,
    private readonly task: ScheduledTask,
  ) {}

  onModuleInit(): void {
    this.task.alsoRun(() => this.renewDue());
  }

  /** Renews what is due. Any number of processes may: the ledger takes each account's period once. */
  async renewDue(): Promise<void> {
    const due = await this.#findDue();
    const customers = await this.em.fork().find(Customer, { id: { $in: due } });
    await Promise.all(
      customers.map((customer) =>
        this.#renew(customer).catch((error: unknown) =>
          this.#logger.error({ msg: 'promotional credits were not renewed', customerId: customer.id, err: error }),
        ),
      ),
    );
  }

  async #findDue(): Promise<string[]> {
    const rows = await this.em.fork().execute<{ id: string }[]>(
      `select c.id from tenant_setting s
       join customer c on c.tenant_id = s.tenant_id and c.environment_id = s.environment_id and c.status = 'published'
       left join promotional_renewal r on r.customer_id = c.id
       where s.key = 'credits' and (s.value ->> 'promotional_credits')::numeric > 0
         and (r.next_at is null or r.next_at <= ?)
       order by r.next_at nulls first limit ${ROUND_LIMIT}`,
      [this.clock.now().toISOString()],
    );
    return rows.map(({ id }) => id);
  }

  async #renew(customer: Customer): Promise<void> {
    const account: Account = { scope: scopeOf(customer), customerId: customer.id, actor: ACTOR };
    const setting = await this.settings.get(account.scope, 'credits');
    if (setting.promotional_credits === 0) return;
    const now = this.clock.now();
    const months = setting.promotional_validity_months;
    const period = promotionalPeriod(customer.createdAt, now, customer.timezone, months);
    const wallet = await this.wallets.findOrOpen(account);
    const key = `promotional:${customer.id}:${period.day}`;
    await this.ledger.post({
      kind: 'credit',
      scope: account.scope,
      walletId: wallet.id,
      actor: ACTOR,
      idempotency: { key, requestHash: '' },
      terms: {
        credits: decimal(setting.promotional_credits),
        reason: 'FREE_CREDIT_GRANT',
        priority: SPENT_FIRST,
        expiresAt: period.end,
        referenceType: 'REQUEST',
        referenceId: key,
        description: 'Promotional credits',
        idempotencyKey: key,
      },
      also: async ({ em }) => {
        const next = { customerId: customer.id, ...account.scope, nextAt: period.end, renewedAt: now };
        await em.upsert(PromotionalRenewal, next);
      },
      answer: () => null,
    });
  }
}
