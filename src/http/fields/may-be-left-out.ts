import { ValidateIf } from 'class-validator';

/**
 * The field may be absent, and then has its default. Null is refused by name: class-validator's `@IsOptional()` lets it
 * through, and is for fields whose type says `| null`.
 */
export function MayBeLeftOut(): PropertyDecorator {
  return ValidateIf((_dto: object, value: unknown) => value !== undefined);
}
