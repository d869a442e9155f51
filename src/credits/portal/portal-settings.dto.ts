import { ApiProperty } from '@nestjs/swagger';
import { TopUpSettingsDto } from '../top-up-settings.dto.js';

/** Automatic top-up as its customer agreed to it, and what bounds it. */
export class PortalTopUpSettingsDto extends TopUpSettingsDto {
  /** Why it is paused: a code; null while it is not. */
  @ApiProperty({ type: String, nullable: true, example: null })
  paused_reason!: string | null;
  /** Automatic purchases in any 60 minutes; one more pauses it. */
  @ApiProperty({ type: 'integer', example: 3 })
  max_per_hour!: number;
  /** Packs that one automatic purchase may be made of, where a single debit needs more than one. */
  @ApiProperty({ type: 'integer', example: 20 })
  max_packs!: number;
  /** Automatic purchases in a calendar month (UTC); null: no limit. */
  @ApiProperty({ type: 'integer', nullable: true, example: null })
  monthly_count!: number | null;
  /** What they may cost in a calendar month, minor units of `monthly_currency_code`; null: no limit. */
  @ApiProperty({ type: 'integer', nullable: true, example: 50_000 })
  monthly_amount!: number | null;
  @ApiProperty({ type: String, nullable: true, example: 'USD' })
  monthly_currency_code!: string | null;
}
