import { ApiProperty } from '@nestjs/swagger';
import { Pagination } from '../http/wallets-page.js';
import type { AlertSettings } from '../ledger/wallet.entity.js';
import { AlertSettingsDto, CooldownDto } from './wallet-requests.dto.js';
import { AgreedFeeDto } from '../top-ups/pricing/agreed-fee.dto.js';

export class AutoTopUpResponse {
  enabled!: boolean;
  /** Credits.
   * @example '10' */
  threshold!: string;
  /** Credits.
   * @example '50' */
  amount!: string;
  invoicing!: boolean;
  @ApiProperty({ type: CooldownDto, nullable: true })
  cooldown!: CooldownDto | null;
  /** Why automatic top-up is paused, as a code; null while it is not. */
  paused_reason!: string | null;
  /** What was agreed to on top of the price when it was last saved; null: nothing. More pauses it (`fee_changed`). Ours. */
  @ApiProperty({ type: AgreedFeeDto, nullable: true })
  fee!: AgreedFeeDto | null;
}

export class TopUpLimitsResponse {
  @ApiProperty({ type: 'integer' })
  max_per_hour!: number;
  @ApiProperty({ type: 'integer' })
  max_units!: number;
  @ApiProperty({ type: 'integer', nullable: true })
  monthly_count!: number | null;
  /** In the wallet's currency. */
  monthly_amount!: string | null;
}

export class BreakdownDto {
  /** @example '100' */
  purchased!: string;
  /** @example '25' */
  free!: string;
}

export class WalletConfigResponse {
  /** @example ['USAGE'] */
  allowed_price_types!: string[];
}

/** A wallet. */
export class WalletDto {
  /** @example 'wallet_01KAHZ5Q7X0000000000000000' */
  id!: string;
  customer_id!: string;
  /** @example 'usd' */
  currency!: string;
  /** `credit_balance` in the wallet's currency.
   * @example '125' */
  balance!: string;
  /** Posted credits; below zero in debt.
   * @example '125' */
  credit_balance!: string;
  /** Credits on hold. Ours.
   * @example '0' */
  held_credits!: string;
  @ApiProperty({ enum: ['active', 'frozen', 'closed'] })
  wallet_status!: string;
  /** @example 'Prepaid Wallet - USD' */
  name!: string;
  description!: string;
  @ApiProperty({ type: Object, additionalProperties: { type: 'string' } })
  metadata!: Record<string, string>;
  @ApiProperty({ type: AutoTopUpResponse, nullable: true })
  auto_topup!: AutoTopUpResponse | null;
  /** Ours. */
  @ApiProperty({ type: TopUpLimitsResponse, nullable: true })
  top_up_limits!: TopUpLimitsResponse | null;
  @ApiProperty({ enum: ['PRE_PAID', 'POST_PAID'] })
  wallet_type!: string;
  config!: WalletConfigResponse;
  /** Currency per credit.
   * @example '1' */
  conversion_rate!: string;
  /** Currency per credit when buying.
   * @example '1' */
  topup_conversion_rate!: string;
  /** How far debits may go into debt, credits. Ours.
   * @example '0' */
  overdraft_limit!: string;
  @ApiProperty({ type: AlertSettingsDto, nullable: true })
  alert_settings!: AlertSettings | null;
  /** State of the real-time balance. */
  @ApiProperty({ enum: ['ok', 'info', 'warning', 'in_alarm'] })
  alert_state!: string;
  /** Credits by source, with `expand`. */
  @ApiProperty({ type: BreakdownDto, nullable: true })
  credits_available_breakdown!: BreakdownDto | null;
  /** Rises with every change of the wallet, its balances included; sometimes by more than one. Ours.
   * @example 7 */
  @ApiProperty({ type: 'integer' })
  version!: number;
  environment_id!: string;
  tenant_id!: string;
  /** @example 'published' */
  status!: string;
  created_at!: string;
  updated_at!: string;
  created_by!: string;
  updated_by!: string;
}

/** A wallet with what can be spent now. */
export class WalletBalanceDto extends WalletDto {
  /** What can be spent, in the wallet's currency: posted less held less expired.
   * @example '125' */
  real_time_balance!: string | null;
  /** The same in credits.
   * @example '125' */
  real_time_credit_balance!: string | null;
  balance_updated_at!: string;
  /** Credits on the wallet, holds and credits that have expired but are not booked off yet included. Ours.
   * @example '125' */
  posted_credit_balance!: string;
  /** Credits that holds have reserved. Ours.
   * @example '0' */
  held_credit_balance!: string;
  /** Credits that can be spent now: the same as `real_time_credit_balance`. Ours.
   * @example '125' */
  available_credit_balance!: string | null;
  /** What is on hold, in the wallet's currency.
   * @example '0' */
  current_period_usage!: string | null;
  /** @example '0' */
  unpaid_invoices_amount!: string | null;
  /** Always false: balances are always fresh. */
  is_cached_fallback!: boolean;
}

export class TerminatedWalletDto extends WalletDto {
  /** @example 'wallet terminated' */
  message!: string;
}

export class ModifiedWalletDto {
  /** Closed. */
  original_wallet!: WalletDto;
  /** Has what the original one had left. */
  new_wallet!: WalletDto;
}

export class WalletListResponse {
  items!: WalletDto[];
  pagination!: Pagination;
}
