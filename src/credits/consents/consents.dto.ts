import { ApiProperty } from '@nestjs/swagger';
import type { Pagination } from '../../http/wallets-page.js';
import { formatTimestamp } from '../../shared/clock.js';
import { formatDecimal } from '../../shared/decimal.js';
import { AgreedFeeDto } from '../../top-ups/pricing/agreed-fee.dto.js';
import type { TopUp } from '../../top-ups/purchases/top-up.entity.js';
import type { AgreedSettings, Consent } from '../consent.entity.js';

const EXAMPLE: AgreedSettings = {
  auto_top_up_on_expiration: false,
  auto_top_up_on_insufficient: true,
  auto_top_up_credits_pack: { id: 'pack_100', price: 9900, currency_code: 'USD', pack_amount: 100 },
};

/** A purchase that was started under a consent. */
export class ConsentChargeDto {
  /** @example 'topup_01KAHZ5Q7X0000000000000000' */
  top_up_id!: string;
  /** As it stands now: only `succeeded` was charged and kept.
   * @example 'succeeded' */
  top_up_status!: string;
  /** Why it was started: `insufficient` or `expiration`.
   * @example 'insufficient' */
  trigger!: string;
  /** Packs at the agreed price. */
  @ApiProperty({ type: 'integer', example: 1 })
  units!: number;
  /** @example '100' */
  credits!: string;
  /** What all of them cost, minor units of `currency`, fee included. */
  @ApiProperty({ type: 'integer', example: 9900 })
  total_minor!: number;
  /** What of that is the fee. */
  @ApiProperty({ type: 'integer', example: 0 })
  fee_minor!: number;
}

/** A change of an account's automatic top-up, or a purchase that was started under one. */
export class ConsentDto {
  /** @example 'consent_01KAHZ5Q7X0000000000000000' */
  id!: string;
  @ApiProperty({ enum: ['change', 'charge'], example: 'change' })
  kind!: 'change' | 'charge';
  /** The change that was in force; of a change, itself. */
  @ApiProperty({ type: String, nullable: true, example: 'consent_01KAHZ5Q7X0000000000000000' })
  consent_id!: string | null;
  /** @example 'cust_01KAHZ5Q7X0000000000000000' */
  customer_id!: string;
  /** @example 'wallet_01KAHZ5Q7X0000000000000000' */
  wallet_id!: string;
  @ApiProperty({ type: String, nullable: true, example: 'pack_100' })
  pack_id!: string | null;
  /** The price of one pack that was agreed to, minor units of `currency`; null where no pack is chosen. */
  @ApiProperty({ type: 'integer', nullable: true, example: 9900 })
  price_minor!: number | null;
  /** What was agreed to on top of it; null: nothing. */
  @ApiProperty({ type: AgreedFeeDto, nullable: true })
  fee!: AgreedFeeDto | null;
  @ApiProperty({ type: String, nullable: true, example: 'usd' })
  currency!: string | null;
  /** Of the wallet that is filled. Another one than `currency` only where that was agreed to before it was refused.
   * @example 'usd' */
  wallet_currency!: string;
  /** The settings before; null for a charge. */
  @ApiProperty({ type: Object, nullable: true, example: EXAMPLE })
  from!: AgreedSettings | null;
  /** The settings after; null for a charge. */
  @ApiProperty({ type: Object, nullable: true, example: EXAMPLE })
  to!: AgreedSettings | null;
  @ApiProperty({ type: ConsentChargeDto, nullable: true })
  charge!: ConsentChargeDto | null;
  /** The request that made the change, or that needed the credits.
   * @example 'req_01KAHZ5Q7X0000000000000000' */
  request_id!: string;
  /** The session of the customer portal in which the customer agreed; null where it was not there, and for a charge. */
  @ApiProperty({ type: String, nullable: true, example: null })
  portal_session_id!: string | null;
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-01T00:00:00.123000Z' })
  created_at!: string;
  /** The key that the change was made with; for a charge, that of the change that was in force.
   * @example 'secret_01KAHZ5Q7X0000000000000000' */
  created_by!: string;
}

export class ConsentListDto {
  items!: ConsentDto[];
  pagination!: Pagination;
}

export function renderChange(consent: Consent, walletCurrency: string): ConsentDto {
  return {
    id: consent.id,
    kind: 'change',
    consent_id: consent.id,
    customer_id: consent.customerId,
    wallet_id: consent.walletId,
    pack_id: consent.to.auto_top_up_credits_pack?.id ?? null,
    price_minor: consent.priceMinor ?? null,
    fee: consent.fee ?? null,
    currency: consent.currency ?? null,
    wallet_currency: walletCurrency,
    from: consent.from,
    to: consent.to,
    charge: null,
    request_id: consent.requestId,
    portal_session_id: consent.portalSessionId ?? null,
    created_at: formatTimestamp(consent.createdAt),
    created_by: consent.createdBy,
  };
}

export function renderCharge(topUp: TopUp, consent: Consent | undefined, walletCurrency: string): ConsentDto {
  return {
    id: topUp.id,
    kind: 'charge',
    consent_id: consent?.id ?? null,
    customer_id: topUp.customerId,
    wallet_id: topUp.walletId,
    pack_id: topUp.packId ?? null,
    // With a fee in it the sum does not tell the price of a pack: the consent does.
    price_minor: topUp.feeMinor === 0 ? topUp.priceMinor / topUp.units : (consent?.priceMinor ?? null),
    fee: consent?.fee ?? null,
    currency: topUp.currency,
    wallet_currency: walletCurrency,
    from: null,
    to: null,
    charge: {
      top_up_id: topUp.id,
      top_up_status: topUp.topUpStatus,
      trigger: topUp.trigger,
      units: topUp.units,
      credits: formatDecimal(topUp.credits),
      total_minor: topUp.priceMinor,
      fee_minor: topUp.feeMinor,
    },
    request_id: topUp.requestId,
    portal_session_id: null,
    created_at: formatTimestamp(topUp.createdAt),
    created_by: consent?.createdBy ?? '',
  };
}
