import { isUtf8 } from 'node:buffer';
import { invalidRequest } from '../field-errors.js';
import { inspectBody, INEXACT_NUMBER } from './inspect-body.js';
/** Levels of objects and lists in each other; the deepest body of either API has five. */
export const MAX_DEPTH = 20;
/** A double carries 15 significant decimal digits; of more, some may be lost without a sign. */
const EXACT_DIGITS = 15;
/**
 * Reads a JSON body, strictly: UTF-8, no field twice, nothing that PostgreSQL can't store as text, no number of which
 * JSON.parse would lose digits. One pass over the bytes and one over the result, so it costs about what JSON.parse does.
 * @throws DomainError `validation`, naming the field where there is one.
 */
export function parseJson(bytes) {
    if (!isUtf8(bytes))
        throw invalidRequest('the body is not valid UTF-8');
    const outline = outlineOf(bytes);
    if (outline.depth > MAX_DEPTH)
        throw invalidRequest(`the body is nested more than ${MAX_DEPTH} levels deep`);
    const text = bytes.toString('utf8');
    const value = parse(text, outline.hasLongNumber);
    const fieldCount = inspectBody(value);
    if (fieldCount !== outline.colons)
        throw invalidRequest('the body names the same field more than once');
    return value;
}
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
function outlineOf(bytes) {
    const outline = { depth: 0, colons: 0, hasLongNumber: false };
    let depth = 0;
    let digits = 0;
    for (let index = 0; index < bytes.length; index += 1) {
        const byte = bytes[index];
        if (byte >= 0x30 && byte <= 0x39) {
            digits += 1;
            if (digits > EXACT_DIGITS)
                outline.hasLongNumber = true;
            continue;
        }
        if (byte !== 0x2e)
            digits = 0;
        if (byte === QUOTE)
            index = endOfString(bytes, index);
        else if (byte === COLON)
            outline.colons += 1;
        else if (byte === 0x7b || byte === 0x5b)
            outline.depth = Math.max(outline.depth, (depth += 1));
        else if (byte === 0x7d || byte === 0x5d)
            depth -= 1;
    }
    return outline;
}
function endOfString(bytes, start) {
    let index = start + 1;
    while (index < bytes.length && bytes[index] !== QUOTE)
        index += bytes[index] === BACKSLASH ? 2 : 1;
    return index;
}
function parse(text, hasLongNumber) {
    try {
        // The reviver is slow, and sees the digits as they were sent: only for bodies that have such a number.
        return hasLongNumber ? JSON.parse(text, markInexact) : JSON.parse(text);
    }
    catch (error) {
        const reason = error instanceof SyntaxError ? `: ${error.message}` : '';
        throw invalidRequest(`the body is not valid JSON${reason}`);
    }
}
function markInexact(_key, value, context) {
    if (typeof value !== 'number' || context?.source === undefined)
        return value;
    const mantissa = context.source.replace(/[eE].*$/, '').replace(/^-/, '');
    const fraction = mantissa.includes('.') ? mantissa.replace(/0+$/, '') : mantissa;
    const digits = fraction.replace('.', '').replace(/^0+/, '');
    return digits.length > EXACT_DIGITS ? INEXACT_NUMBER : value;
}
//# sourceMappingURL=parse-json.js.map