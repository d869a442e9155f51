import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';
/** A property decorator from one rule: reads the value, refuses a wrong one with a sentence, documents the field. */
export function field(rule) {
    const { name, read, fault, schema } = rule;
    const validate = ValidateBy({
        name,
        validator: {
            validate: (value) => fault(value) === undefined,
            defaultMessage: (args) => fault(args?.value) ?? '',
        },
    });
    const decorators = [ApiProperty(schema), validate];
    // class-transformer copies objects before it asks; `obj` still has what was sent.
    if (read)
        decorators.push(Transform(({ obj, key }) => read(obj[key])));
    return applyDecorators(...decorators);
}
//# sourceMappingURL=field-decorator.js.map