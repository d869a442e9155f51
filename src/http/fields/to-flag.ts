import { Transform } from 'class-transformer';

/** `true` and `false` that come as text, as in queries. Anything else is left for the checks to refuse. */
export function ToFlag(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => ({ true: true, false: false })[String(value)] ?? value);
}
