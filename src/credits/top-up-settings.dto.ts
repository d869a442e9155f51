import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsInt, IsOptional, Max, Min, ValidateIf } from 'class-validator';
import { IsText } from '../http/fields/is-text.js';
import { Nested } from '../http/fields/nested.js';
import type { SettingsChange } from './check-settings.js';
import { PackDto } from './packs/credit-packs.dto.js';

const MIN_INT32 = -2_147_483_648;
const MAX_INT32 = 2_147_483_647;
const MAX_PACK_AMOUNT = 4_294_967_295;

/** Absent is fine, null is not. */
const ifPresent = ValidateIf((_dto: object, value: unknown) => value !== undefined);

/** The pack that is bought. Its `id` decides and is enough; whatever else is sent must be what the catalogue says. */
export class ChosenPackDto {
  @IsText({ min: 1, max: 100, description: 'A pack on sale.', example: 'pack_100' })
  id!: string;

  @ifPresent
  @IsText({ max: 50, example: '100 credits' })
  name?: string;

  /** Minor units of `currency_code`: 9900 is 99.00 USD. */
  @ApiProperty({ type: 'integer', minimum: MIN_INT32, maximum: MAX_INT32, required: false, example: 9900 })
  @ifPresent
  @Max(MAX_INT32)
  @Min(MIN_INT32)
  @IsInt()
  price?: number;

  /** What comes on top of the price, minor units: who sends it agrees to no other. */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: MAX_INT32, required: false, example: 0 })
  @ifPresent
  @Max(MAX_INT32)
  @Min(0)
  @IsInt()
  fee?: number;

  @ApiProperty({ enum: ['USD', 'EUR', 'GBP', ''], required: false, example: 'USD' })
  @ifPresent
  @IsIn(['USD', 'EUR', 'GBP', ''], { message: 'must be USD, EUR, GBP or empty' })
  currency_code?: string;

  /** Credits in the pack. */
  @ApiProperty({
    type: 'integer',
    format: 'int64',
    minimum: 0,
    maximum: MAX_PACK_AMOUNT,
    required: false,
    example: 100,
  })
  @ifPresent
  @Max(MAX_PACK_AMOUNT)
  @Min(0)
  @IsInt()
  pack_amount?: number;

  /** Whole percent off the catalogue's unit price. Not compared: it changes with the other packs on sale. */
  @ApiProperty({ type: 'integer', required: false, example: 10 })
  @ifPresent
  @IsInt()
  discount?: number;

  /** What the discount saves, minor units. Not compared either. */
  @ApiProperty({ type: 'integer', format: 'int64', required: false, example: 1100 })
  @ifPresent
  @IsInt()
  savings?: number;
}

/** When to buy credits automatically, and which pack. */
export class ChangeTopUpSettingsDto {
  /** If true, buys the pack on the expiration date of purchased credits. */
  @ApiProperty({ type: Boolean, required: false, example: true })
  @ifPresent
  @IsBoolean()
  auto_top_up_on_expiration?: boolean;

  /** If true, buys the pack when the balance is insufficient to perform a scan (a debit or a hold). */
  @ApiProperty({ type: Boolean, required: false, example: true })
  @ifPresent
  @IsBoolean()
  auto_top_up_on_insufficient?: boolean;

  @ApiProperty({
    type: ChosenPackDto,
    required: false,
    nullable: true,
    example: { id: 'pack_100', price: 9900, currency_code: 'USD', pack_amount: 100 },
  })
  @IsOptional()
  @Nested(() => ChosenPackDto)
  auto_top_up_credits_pack?: ChosenPackDto | null;
}

/** Automatic top-up of an account. */
export class TopUpSettingsDto {
  /** Buys the pack on the expiration date of purchased credits. */
  @ApiProperty({ type: Boolean, example: true })
  auto_top_up_on_expiration!: boolean;

  /** Buys the pack when the balance is insufficient to perform a scan (a debit or a hold). */
  @ApiProperty({ type: Boolean, example: true })
  auto_top_up_on_insufficient!: boolean;

  /** The pack at the price that was agreed to, whatever the catalogue asks now. */
  @ApiProperty({ type: PackDto, nullable: true })
  auto_top_up_credits_pack!: PackDto | null;
}

export function toSettingsChange(body: ChangeTopUpSettingsDto): SettingsChange {
  return {
    onExpiration: body.auto_top_up_on_expiration,
    onInsufficient: body.auto_top_up_on_insufficient,
    pack: body.auto_top_up_credits_pack,
  };
}
