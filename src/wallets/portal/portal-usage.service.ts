import { Injectable } from '@nestjs/common';
import { emptyUsage } from '../../http/usage-summary.dto.js';
import { DailyDebitsService, type Span } from '../../ledger/daily-debits.service.js';
import { shifted } from '../../shared/calendar.js';
import { Clock, formatTimestamp } from '../../shared/clock.js';
import { formatDecimal } from '../../shared/decimal.js';
import { invalidField } from '../../shared/errors.js';
import { daysOf } from './days-of.js';
import type { PortalUsageDto, PortalUsageQuery } from './portal-account.dto.js';
import type { PortalVisitor } from './portal-sessions.service.js';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
const MAX_DAYS = 92;
/** A customer has one active wallet of a currency and type; closed ones may be many. */
const MAX_WALLETS = 100;

/** What a customer sees of what they spent. */
@Injectable()
export class PortalUsage {
  constructor(
    private readonly debits: DailyDebitsService,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError `validation` for a period that is none, or too long */
  async read({ scope, customerId }: PortalVisitor, query: PortalUsageQuery): Promise<PortalUsageDto> {
    const period = this.#periodOf(query);
    const days = daysOf(period);
    const spent = await this.debits.ofCustomer({ ...scope, customerId }, days, MAX_WALLETS);
    return {
      ...emptyUsage(customerId),
      period: { start_time: formatTimestamp(period.from), end_time: formatTimestamp(period.to), period: 'DAY' },
      days: spent.map(({ index, walletId, currency, debited, reversed }) => ({
        day: days[index]?.day ?? '',
        wallet_id: walletId,
        currency,
        debited_credits: formatDecimal(debited),
        reversed_credits: formatDecimal(reversed),
      })),
    };
  }

  #periodOf({ start_time: start, end_time: end }: PortalUsageQuery): Span {
    const to = end ?? this.clock.now();
    const from = start ?? shifted(to, -DEFAULT_DAYS * DAY_MS);
    if (to < from) throw invalidField('end_time', 'must not be before start_time');
    if (to.getTime() - from.getTime() > MAX_DAYS * DAY_MS) {
      throw invalidField('start_time', `must be at most ${MAX_DAYS} days before end_time`);
    }
    return { from, to };
  }
}
