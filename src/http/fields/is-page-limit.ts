import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { ToNumber } from './to-number.js';

/**
 * How many there are on a page of the wallets API: 1 to a maximum, and the default where it is left out, null or 0. The
 * property's own initial value is the default, too.
 * @param what what a page has, such as `Items`
 */
export function IsPageLimit(options: { default: number; max: number; what: string }): PropertyDecorator {
  const { default: byDefault, max, what } = options;
  return applyDecorators(
    IsInt(),
    Min(1),
    Max(max),
    // What stands below reads first: "0" of a query is 0 by the time that 0 is replaced.
    Transform(({ value }: { value: unknown }) => (value === 0 || value === null ? byDefault : value)),
    ToNumber(),
    IsOptional(),
    ApiProperty({
      type: 'integer',
      minimum: 0,
      maximum: max,
      default: byDefault,
      required: false,
      description: `${what} on the page, 1 to ${max.toLocaleString('en')}; 0 means the default.`,
    }),
  );
}
