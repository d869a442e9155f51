/** Levels of objects and lists in each other; the deepest body of either API has five. */
export const MAX_DEPTH = 20;
/** Fields of one object: no DTO has half as many, and metadata takes 50. What maps a body to its DTO costs more the more there are. */
const MAX_FIELDS = 200;
/** Items of one list: as many as a batch has debits. */
const MAX_ITEMS = 1000;
/** A double carries 15 significant decimal digits; of more, some may be lost without a sign. */
const EXACT_DIGITS = 15;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const OPENING_OF_OBJECT = 0x7b;
const CLOSING_OF_OBJECT = 0x7d;
const OPENING_OF_LIST = 0x5b;
const CLOSING_OF_LIST = 0x5d;

/** What the bytes of a body say before anything is made of them. In JSON that is broken it means nothing. */
export interface Outline {
  /** Colons outside strings: in valid JSON, one for each field, repeated ones included. */
  colons: number;
  /** Where the first number begins that a double does not carry. */
  inexactAt: number | undefined;
  /** The first object, list or nesting that is too large; what follows it was not looked at. */
  excess: Excess | undefined;
}

export interface Excess {
  /** Where what is too large begins; undefined for the body as a whole. */
  at: number | undefined;
  sentence: string;
}

/** An object or list that has not ended yet. */
interface Level {
  at: number;
  isList: boolean;
  colons: number;
  commas: number;
}

/** One pass over the bytes, up to the first thing that is too large: building it would cost many times as much. */
export function outlineOf(bytes: Buffer): Outline {
  const outline: Outline = { colons: 0, inexactAt: undefined, excess: undefined };
  const levels: Level[] = [];
  for (let index = 0; index < bytes.length && !outline.excess; index += 1) {
    const byte = bytes[index] as number;
    const level = levels[levels.length - 1];
    if (byte === QUOTE) index = endOfString(bytes, index);
    else if (byte >= ZERO && byte <= NINE) {
      const end = endOfDigits(bytes, index);
      // Short ones, nearly all, are not looked at more closely.
      if (end - index > EXACT_DIGITS && significantDigits(bytes, index, end) > EXACT_DIGITS)
        outline.inexactAt ??= index;
      index = end - 1;
    } else if (byte === COLON) {
      outline.colons += 1;
      if (level && (level.colons += 1) > MAX_FIELDS) outline.excess = tooLong(level);
    } else if (byte === COMMA) {
      if (level?.isList && (level.commas += 1) >= MAX_ITEMS) outline.excess = tooLong(level);
    } else if (byte === OPENING_OF_OBJECT || byte === OPENING_OF_LIST) {
      levels.push({ at: index, isList: byte === OPENING_OF_LIST, colons: 0, commas: 0 });
      if (levels.length > MAX_DEPTH) outline.excess = TOO_DEEP;
    } else if (byte === CLOSING_OF_OBJECT || byte === CLOSING_OF_LIST) levels.pop();
  }
  return outline;
}

const TOO_DEEP: Excess = { at: undefined, sentence: `the body is nested more than ${MAX_DEPTH} levels deep` };

function tooLong({ at, isList }: Level): Excess {
  return { at, sentence: isList ? `must have at most ${MAX_ITEMS} items` : `must have at most ${MAX_FIELDS} fields` };
}

/** The names and places that lead to what begins at a byte, also where what comes after it is broken. */
export function pathAt(bytes: Buffer, offset: number): string[] {
  const path: (string | number)[] = [];
  const isList: boolean[] = [];
  let textAt = 0;
  let textEnd = 0;
  for (let index = 0; index < offset; index += 1) {
    const byte = bytes[index] as number;
    const last = path.length - 1;
    if (byte === QUOTE) {
      textAt = index;
      textEnd = index = endOfString(bytes, index);
    } else if (byte === COLON) path[last] = unquoted(bytes.toString('utf8', textAt, textEnd + 1));
    else if (byte === COMMA && isList[last]) path[last] = (path[last] as number) + 1;
    else if (byte === OPENING_OF_OBJECT || byte === OPENING_OF_LIST) {
      path.push(0);
      isList.push(byte === OPENING_OF_LIST);
    } else if (byte === CLOSING_OF_OBJECT || byte === CLOSING_OF_LIST) {
      path.pop();
      isList.pop();
    }
  }
  return path.map(String);
}

function unquoted(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    return text;
  }
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
