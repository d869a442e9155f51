import { Transform } from 'class-transformer';

/** `a,b` in a query is a list; so is a name that is given twice. */
export function ToList(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.split(',').filter((item) => item !== '') : value,
  );
}
