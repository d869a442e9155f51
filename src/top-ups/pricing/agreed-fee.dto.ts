import { ApiProperty } from '@nestjs/swagger';

/** What comes on top of the price, as it was agreed to. */
export class AgreedFeeDto {
  /** Of the price; a decimal.
   * @example '2.9' */
  percent!: string;
  /** Once a charge, minor units. */
  @ApiProperty({ type: 'integer', example: 30 })
  fixed_minor!: number;
}
