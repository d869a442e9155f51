import { ApiProperty, OmitType, PartialType } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsInt, Matches, Max, Min, ValidateIf } from 'class-validator';
import { IsText } from '../../http/fields/is-text.js';
import { Pagination } from '../../http/wallets-page.js';
import { CreditsPageDto } from '../../http/credits-page.js';
import { formatTimestamp, formatTimestampOrNull } from '../../shared/clock.js';
import { type CreditPack, PACK_CURRENCIES, type PackCurrency } from './credit-pack.entity.js';
import { discountOf } from './discount-of.js';
import { isOnSale, type UnitPrices } from './packs.service.js';

/** What one charge can be at most, eight digits: a pack is bought in one. */
const MAX_PRICE_MINOR = 99_999_999;
const MAX_PACK_AMOUNT = 4_294_967_295;
const PACK_ID = /^[\w.:-]{1,100}$/;

const ifPresent = ValidateIf((_dto: object, value: unknown) => value !== undefined);

/** A pack to be sold. */
export class CreateCreditPackDto {
  /** Your own id of the pack: letters, digits, `_`, `-`, `.` and `:`. Made by us when left out. Cannot be used again. */
  @ApiProperty({ type: String, maxLength: 100, example: 'pack_250', required: false })
  @ifPresent
  @Matches(PACK_ID, { message: 'must be 1 to 100 letters, digits, _, -, . or :' })
  id?: string;

  @IsText({ min: 1, max: 50, description: 'What buyers see.', example: '250 credits' })
  name!: string;

  /** Minor units of `currency`: 24000 is 240.00 USD. */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: MAX_PRICE_MINOR, example: 24000 })
  @Max(MAX_PRICE_MINOR)
  @Min(1)
  @IsInt()
  price_minor!: number;

  /** ISO 4217, lower case. */
  @ApiProperty({ enum: PACK_CURRENCIES, example: 'usd' })
  @IsIn(PACK_CURRENCIES, { message: `must be one of ${PACK_CURRENCIES.join(', ')}` })
  currency!: PackCurrency;

  /** Credits in the pack. */
  @ApiProperty({ type: 'integer', format: 'int64', minimum: 1, maximum: MAX_PACK_AMOUNT, example: 250 })
  @Max(MAX_PACK_AMOUNT)
  @Min(1)
  @IsInt()
  pack_amount!: number;
}

/** What changes; what is left out stays. Accounts that agreed to the pack keep the price that they agreed to. */
export class UpdateCreditPackDto extends PartialType(OmitType(CreateCreditPackDto, ['id']), {
  skipNullProperties: false,
}) {
  /** False takes it off sale, true puts it back. */
  @ApiProperty({ type: Boolean, required: false, example: true })
  @ifPresent
  @IsBoolean()
  is_on_sale?: boolean;
}

/** A pack, as its tenant sees it. */
export class CreditPackDto {
  /** @example 'pack_250' */
  id!: string;
  /** @example '250 credits' */
  name!: string;
  /** Minor units of `currency`. */
  @ApiProperty({ type: 'integer', example: 24000 })
  price_minor!: number;
  /** @example 'usd' */
  currency!: string;
  /** Credits in the pack. */
  @ApiProperty({ type: 'integer', format: 'int64', example: 250 })
  pack_amount!: number;
  /** Whole percent off the catalogue's unit price: what a credit of the dearest pack on sale in the currency costs. */
  @ApiProperty({ type: 'integer', example: 12 })
  discount!: number;
  /** What that saves, minor units. */
  @ApiProperty({ type: 'integer', format: 'int64', example: 3500 })
  savings!: number;
  is_on_sale!: boolean;
  withdrawn_at!: string | null;
  tenant_id!: string;
  environment_id!: string;
  /** @example 'published' */
  status!: string;
  /** @example '2026-01-01T00:00:00.123000Z' */
  created_at!: string;
  updated_at!: string;
  created_by!: string;
  updated_by!: string;
}

export class CreditPackListDto {
  items!: CreditPackDto[];
  pagination!: Pagination;
}

/** The pack object of the credits API. */
export class PackDto {
  /** @example 'pack_100' */
  id!: string;
  /** @example '100 credits' */
  name!: string;
  /** Minor units of `currency_code`: 9900 is 99.00 USD. */
  @ApiProperty({ type: 'integer', example: 9900 })
  price!: number;
  /** What comes on top of the price when one pack is bought, minor units: the setting `top_up_fee`, where it adds. */
  @ApiProperty({ type: 'integer', example: 0 })
  fee!: number;
  @ApiProperty({ enum: ['USD', 'EUR', 'GBP'], example: 'USD' })
  currency_code!: string;
  /** Credits in the pack. */
  @ApiProperty({ type: 'integer', format: 'int64', example: 100 })
  pack_amount!: number;
  /** Whole percent off the catalogue's unit price: what a credit of the dearest pack on sale in the currency costs. */
  @ApiProperty({ type: 'integer', example: 10 })
  discount!: number;
  /** What that saves, minor units. */
  @ApiProperty({ type: 'integer', format: 'int64', example: 1100 })
  savings!: number;
}

export class PackPageDto extends CreditsPageDto {
  results!: PackDto[];
}

/** A pack at a price: that of the catalogue, or the one that an account agreed to. */
export interface PricedPack {
  id: string;
  name: string;
  priceMinor: number;
  /** On top of it. */
  feeMinor: number;
  /** ISO 4217, lower case. */
  currency: string;
  packAmount: number;
}

export function renderPack(pack: PricedPack, unitPrices: UnitPrices): PackDto {
  const { discountPercent, savingsMinor } = discountOf(pack, unitPrices.get(pack.currency));
  return {
    id: pack.id,
    name: pack.name,
    price: pack.priceMinor,
    fee: pack.feeMinor,
    currency_code: pack.currency.toUpperCase(),
    pack_amount: pack.packAmount,
    discount: discountPercent,
    savings: savingsMinor,
  };
}

export function renderCreditPack(pack: CreditPack, unitPrices: UnitPrices): CreditPackDto {
  const { discountPercent, savingsMinor } = discountOf(pack, unitPrices.get(pack.currency));
  return {
    id: pack.id,
    name: pack.name,
    price_minor: pack.priceMinor,
    currency: pack.currency,
    pack_amount: pack.packAmount,
    discount: discountPercent,
    savings: savingsMinor,
    is_on_sale: isOnSale(pack),
    withdrawn_at: formatTimestampOrNull(pack.withdrawnAt),
    tenant_id: pack.tenantId,
    environment_id: pack.environmentId,
    status: pack.status,
    created_at: formatTimestamp(pack.createdAt),
    updated_at: formatTimestamp(pack.updatedAt),
    created_by: pack.createdBy,
    updated_by: pack.updatedBy,
  };
}
