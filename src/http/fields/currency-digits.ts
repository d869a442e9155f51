import { minorUnitDigits } from '../../shared/currencies.js';
import { type Decimal, isInMinorUnits } from '../../shared/decimal.js';
import { fieldErrorsAt, invalidFields } from '../field-errors.js';

/**
 * Refuses an amount with more digits than its currency has: rounded, it would be another amount than was asked for.
 * Only the service can ask, since the currency is that of a wallet or an invoice.
 * @param path of the field in the request
 * @throws validation
 */
export function refuseExtraDigits(amount: Decimal, currency: string, ...path: string[]): void {
  if (isInMinorUnits(amount, currency)) return;
  const digits = minorUnitDigits(currency);
  const places = digits === 0 ? 'no decimal places' : `at most ${digits} decimal places`;
  throw invalidFields(fieldErrorsAt(path, `must have ${places}: it is an amount of ${currency.toUpperCase()}`));
}
