import { isUtf8 } from 'node:buffer';
import { fieldErrorsAt, invalidFields, invalidRequest } from '../field-errors.js';
import { inspectBody } from './inspect-body.js';

/** Levels of objects and lists in each other; the deepest body of either API has five. */
export const MAX_DEPTH = 20;
/** A double carries 15 significant decimal digits; of more, some may be lost without a sign. */
const EXACT_DIGITS = 15;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const OPENING: ReadonlySet<number> = new Set([0x7b, 0x5b]);
const CLOSING: ReadonlySet<number> = new Set([0x7d, 0x5d]);
const OPENING_OF_LIST = 0x5b;

/**
 * Reads a JSON body, strictly: UTF-8, no field twice, nothing that PostgreSQL can't store as text, no number of which
 * JSON.parse would lose digits. One pass over the bytes and one over the result, whatever is in it, so it costs about what
 * JSON.parse does.
 * @throws DomainError `validation`, naming the field where there is one.
 */
export function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw invalidRequest('the body is not valid UTF-8');
  const outline = outlineOf(bytes);
  if (outline.depth > MAX_DEPTH) throw invalidRequest(`the body is nested more than ${MAX_DEPTH} levels deep`);
  const value = parse(bytes.toString('utf8'));
  const fieldCount = inspectBody(value);
  if (outline.inexactAt !== undefined) {
    const sentence = 'has more digits than a JSON number carries exactly: send it as a string';
    throw invalidFields(fieldErrorsAt(pathAt(bytes, outline.inexactAt), sentence));
  }
  if (fieldCount !== outline.colons) throw invalidRequest('the body names the same field more than once');
  return value;
}

interface Outline {
  depth: number;
  /** Colons outside strings: in valid JSON, one for each field, repeated ones included. */
  colons: number;
  /** Where the first number begins that a double does not carry. */
  inexactAt: number | undefined;
}

function outlineOf(bytes: Buffer): Outline {
  const outline: Outline = { depth: 0, colons: 0, inexactAt: undefined };
  let depth = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] as number;
    if (byte >= ZERO && byte <= NINE) {
      const end = endOfDigits(bytes, index);
      // Short ones, nearly all, are not looked at more closely.
      if (end - index > EXACT_DIGITS && significantDigits(bytes, index, end) > EXACT_DIGITS)
        outline.inexactAt ??= index;
      index = end - 1;
    } else if (byte === QUOTE) index = endOfString(bytes, index);
    else if (byte === COLON) outline.colons += 1;
    else if (OPENING.has(byte)) outline.depth = Math.max(outline.depth, (depth += 1));
    else if (CLOSING.has(byte)) depth -= 1;
  }
  return outline;
}

function endOfString(bytes: Buffer, start: number): number {
  let index = start + 1;
  while (index < bytes.length && bytes[index] !== QUOTE) index += bytes[index] === BACKSLASH ? 2 : 1;
  return index;
}

/** The end of a number without its exponent, which costs no digits. */
function endOfDigits(bytes: Buffer, start: number): number {
  let index = start + 1;
  for (; index < bytes.length; index += 1) {
    const byte = bytes[index] as number;
    if (byte !== DOT && (byte < ZERO || byte > NINE)) break;
  }
  return index;
}

/** Zeros at the beginning, and at the end of a fraction, say nothing. */
function significantDigits(bytes: Buffer, start: number, end: number): number {
  let digits = 0;
  let zerosAtEnd = 0;
  let isFraction = false;
  for (let index = start; index < end; index += 1) {
    const byte = bytes[index] as number;
    if (byte === DOT) isFraction = true;
    else if (byte !== ZERO || digits > 0) {
      digits += 1;
      zerosAtEnd = byte === ZERO && isFraction ? zerosAtEnd + 1 : 0;
    }
  }
  return digits - zerosAtEnd;
}

/** The names and places that lead to what begins at a byte of valid JSON. */
function pathAt(bytes: Buffer, offset: number): string[] {
  const path: string[] = [];
  const isList: boolean[] = [];
  let text = '';
  for (let index = 0; index < offset; index += 1) {
    const byte = bytes[index] as number;
    if (byte === QUOTE) {
      const end = endOfString(bytes, index);
      text = bytes.toString('utf8', index, end + 1);
      index = end;
    } else if (byte === COLON) path[path.length - 1] = JSON.parse(text) as string;
    else if (byte === COMMA && isList.at(-1)) path[path.length - 1] = String(Number(path.at(-1)) + 1);
    else if (OPENING.has(byte)) {
      path.push('0');
      isList.push(byte === OPENING_OF_LIST);
    } else if (CLOSING.has(byte)) {
      path.pop();
      isList.pop();
    }
  }
  return path;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof SyntaxError ? `: ${error.message}` : '';
    throw invalidRequest(`the body is not valid JSON${reason}`);
  }
}
