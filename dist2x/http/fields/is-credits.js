import { Big } from 'big.js';
import { AMOUNT_LIMIT, DECIMAL_PLACES, parseDecimal, RATE_PLACES } from '../../shared/decimal.js';
import { field } from './field-decorator.js';
const RATE_LIMIT = new Big(100_000);
const EXACT_DIGITS = 15;
/**
 * An exact number of credits: text or a JSON number, at most 9 decimal places, below 10^11. The property becomes a
 * `Decimal`. With `@IsOptional()` it may be absent or null.
 */
export function IsCredits(options = {}) {
    const { sign = 'positive', description = 'Credits, at most 9 decimal places.', example = '100' } = options;
    return amountField('isCredits', sign, { description, example });
}
/** An exact amount of a currency in its major unit (dollars, not cents); otherwise like `@IsCredits()`. */
export function IsCurrencyAmount(options = {}) {
    const { sign = 'positive', description = 'Amount in the major unit of the currency.', example = '99.00' } = options;
    return amountField('isCurrencyAmount', sign, { description, example });
}
/** A conversion rate, currency per credit: above 0 (or 0 too, where that stands for the default), below 100,000, 5 places. */
export function IsRate(options = {}) {
    const { isZeroAllowed = false, description = 'Currency per credit, at most 5 decimal places.', example = '1', } = options;
    return field({
        name: 'isRate',
        read: readDecimal,
        fault: (value) => faultOfDecimal(value, isZeroAllowed ? 'not_negative' : 'positive') ?? faultOfRate(value),
        schema: { ...DECIMAL_SCHEMA, description, example },
    });
}
const DECIMAL_SCHEMA = { type: String, format: 'decimal' };
function amountField(name, sign, words) {
    return field({
        name,
        read: readDecimal,
        fault: (value) => faultOfDecimal(value, sign),
        schema: { ...DECIMAL_SCHEMA, ...words },
    });
}
/** A JSON number with more digits than a double carries is left as it is: it may not be what the client wrote. */
export function readDecimal(value) {
    return isInexact(value) ? value : (parseDecimal(value) ?? value);
}
/** Why a value that was read is not an amount of that sign, as a sentence; undefined when it is. */
export function faultOfDecimal(value, sign) {
    if (!(value instanceof Big))
        return faultOfUnread(value);
    if (sign === 'positive' && value.lte(0))
        return 'must be greater than 0';
    if (sign === 'not_negative' && value.lt(0))
        return 'must not be negative';
    return undefined;
}
function faultOfUnread(value) {
    if (isInexact(value))
        return 'has more digits than a JSON number carries exactly: send it as a string';
    const plain = 'must be a decimal number, as a string in plain notation or as a number';
    if (typeof value !== 'string' && typeof value !== 'number')
        return plain;
    const text = String(value);
    if (text.length > 64 || !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/.test(text))
        return plain;
    const number = new Big(text.replace(/^\+/, ''));
    if (number.abs().gte(AMOUNT_LIMIT))
        return `must be below ${AMOUNT_LIMIT.toFixed()}`;
    return `must have at most ${DECIMAL_PLACES} decimal places`;
}
function faultOfRate(rate) {
    if (rate.gte(RATE_LIMIT))
        return `must be below ${RATE_LIMIT.toFixed()}`;
    if (!rate.round(RATE_PLACES, Big.roundDown).eq(rate))
        return `must have at most ${RATE_PLACES} decimal places`;
    return undefined;
}
function isInexact(value) {
    if (typeof value !== 'number' || !Number.isFinite(value))
        return false;
    if (Number.isInteger(value))
        return !Number.isSafeInteger(value);
    const [mantissa = ''] = String(Math.abs(value)).split('e');
    return mantissa.replace('.', '').replace(/^0+/, '').length > EXACT_DIGITS;
}
//# sourceMappingURL=is-credits.js.map