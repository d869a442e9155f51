import { applyDecorators } from '@nestjs/common';
import { ApiHideProperty, ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';

interface FieldRule {
  /** Stable name of the rule among class-validator's constraints. */
  name: string;
  /** What the service gets; anything that is not right is returned as it came, and refused by `fault`. */
  read?: (value: unknown) => unknown;
  /** Why the value, as read, is refused: a sentence without the field's name; undefined when it is right. */
  fault: (value: unknown) => string | undefined;
  /** How the field is described in the OpenAPI document; undefined: not at all. */
  schema: ApiPropertyOptions | undefined;
}

/** A property decorator from one rule: reads the value, refuses a wrong one with a sentence, documents the field. */
export function field(rule: FieldRule): PropertyDecorator {
  const { name, read, fault, schema } = rule;
  const validate = ValidateBy({
    name,
    validator: {
      validate: (value: unknown) => fault(value) === undefined,
      defaultMessage: (args) => fault(args?.value) ?? '',
    },
  });
  const decorators = [schema ? ApiProperty(schema) : ApiHideProperty(), validate];
  // class-transformer copies objects before it asks; `obj` still has what was sent.
  if (read) decorators.push(Transform(({ obj, key }) => read((obj as Record<string, unknown>)[key])));
  return applyDecorators(...decorators);
}
