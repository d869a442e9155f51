import { Injectable } from '@nestjs/common';
import { liveSql } from '../ledger/live-lots.js';
import { SettingsService } from '../settings/settings.service.js';
import { Clock } from '../shared/clock.js';
import { decimal, ZERO } from '../shared/decimal.js';
import { toDate } from '../shared/sql-table.js';
import { pausedReasonOf } from '../top-ups/rules/change-pause.js';
import { shownRulesSql, type ShownRulesRow, toShownRules } from '../top-ups/rules/shown-rules.js';
import type { Account } from './account.js';
import { type AccountCreditsDto, type LotTotals, renderAccountCredits } from './account-credits.dto.js';
import { CreditsWallets } from './credits-wallets.service.js';

interface CreditsRow extends ShownRulesRow {
  debt: string;
  lots: Omit<Record<keyof LotTotals, string>, 'purchasedExpiresAt' | 'freeExpiresAt'> & {
    purchasedExpiresAt: string | null;
    freeExpiresAt: string | null;
  };
}

const sum = (column: string, source: string) => `coalesce(sum(${column}) filter (where source = '${source}'), 0)::text`;
const first = (source: string) => `min(expires_at) filter (where source = '${source}')`;
/** Of the account's wallet `w`: its debt, its rules, and what its lots hold that are live at $5. */
const CREDITS = `w.currency, w.debt::text as debt, ${shownRulesSql('w')}, (
  select json_build_object('purchased', ${sum('remaining', 'purchased')}, 'free', ${sum('remaining', 'free')},
    'heldPurchased', ${sum('held', 'purchased')}, 'heldFree', ${sum('held', 'free')},
    'purchasedExpiresAt', ${first('purchased')}, 'freeExpiresAt', ${first('free')})
  from lot l where l.shard = w.shard and l.wallet_id = w.id and l.is_open and ${liveSql('l', '$5::timestamptz')}) as lots`;

@Injectable()
export class AccountCreditsService {
  constructor(
    private readonly wallets: CreditsWallets,
    private readonly settings: SettingsService,
    private readonly clock: Clock,
  ) {}

  /** What an account has; an account that never had anything has nothing, and gets no wallet by asking. */
  async get(account: Account): Promise<AccountCreditsDto> {
    const [row] = await this.wallets.read<CreditsRow>(account, CREDITS, this.clock.now());
    if (!row) return renderAccountCredits(undefined, ZERO, null);
    const topUps = toShownRules(row, await this.settings.get(account.scope, 'top_up_fee'));
    const pausedReason = pausedReasonOf(topUps, ['insufficient', 'expiration']);
    return renderAccountCredits(toTotals(row.lots), decimal(row.debt), pausedReason);
  }
}

function toTotals({ purchased, free, heldPurchased, heldFree, ...dates }: CreditsRow['lots']): LotTotals {
  return {
    purchased: decimal(purchased),
    free: decimal(free),
    heldPurchased: decimal(heldPurchased),
    heldFree: decimal(heldFree),
    purchasedExpiresAt: dates.purchasedExpiresAt === null ? null : toDate(dates.purchasedExpiresAt),
    freeExpiresAt: dates.freeExpiresAt === null ? null : toDate(dates.freeExpiresAt),
  };
}
