import { applyDecorators } from '@nestjs/common';
import { ArrayMaxSize, IsArray, Matches } from 'class-validator';

/** Up to 1,000 ids, ours or a client's own. */
export function IsIdentifierList(): PropertyDecorator {
  return applyDecorators(
    Matches(/^[^\0]{1,100}$/, { each: true, message: 'must be a list of ids' }),
    ArrayMaxSize(1000, { message: 'must have at most 1000 items' }),
    IsArray({ message: 'must be a list of ids' }),
  );
}
