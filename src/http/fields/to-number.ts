import { Transform } from 'class-transformer';

/** A number that comes as text, as in queries and forms. Anything else is left for the checks to refuse. */
export function ToNumber(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? Number(value) : value));
}
