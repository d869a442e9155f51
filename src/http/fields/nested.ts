import { applyDecorators, type Type as Class } from '@nestjs/common';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsObject, ValidateNested } from 'class-validator';

const NESTED = Symbol('nested DTO');

/** An object with fields of its own, checked like the body around it. A list is refused. */
export function Nested(dto: () => Class<object>): PropertyDecorator {
  return applyDecorators(
    Reflect.metadata(NESTED, dto),
    Type(dto),
    ValidateNested({ message: 'must be an object' }),
    IsObject({ message: 'must be an object' }),
  );
}

/** A list of such objects. */
export function NestedList(dto: () => Class<object>, max = 100): PropertyDecorator {
  return applyDecorators(
    Type(dto),
    ValidateNested({ each: true, message: 'each item must be an object' }),
    // A list in the list would be checked item by item, and an empty one not at all.
    IsObject({ each: true, message: 'each item must be an object' }),
    IsArray({ message: 'must be a list' }),
    ArrayMaxSize(max, { message: `must have at most ${max} items` }),
  );
}

/** The DTO of a `@Nested()` property. */
export function nestedDtoOf(dto: Class<object>, property: string): Class<object> | undefined {
  const nested = Reflect.getMetadata(NESTED, dto.prototype as object, property) as (() => Class<object>) | undefined;
  return nested?.();
}
