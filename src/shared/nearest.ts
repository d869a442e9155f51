/** Names that we know are shorter; what is longer is not a slip of the pen, and not worth measuring. */
const MAX_LENGTH = 64;
/** A name that begins with so many letters of another was probably meant to be it. */
const TELLING_LETTERS = 4;

/** The name with the fewest letters to change, leave out or put in; of equals the one that begins alike. */
export function nearest<Name extends string>(name: string, names: readonly Name[]): Name | undefined {
  const text = spelled(name);
  let found: Name | undefined;
  let least = Infinity;
  for (const candidate of names) {
    const other = spelled(candidate);
    // Less than one letter's worth: it only decides among equals.
    const distance = editDistance(text, other) - commonStart(text, other) / (2 * MAX_LENGTH);
    if (distance < least) [found, least] = [candidate, distance];
  }
  return found;
}

/** The end of a sentence that refuses a name: what was probably meant; empty where nothing is alike. */
export function didYouMean(name: string, names: readonly string[]): string {
  const meant = nearest(name, names);
  return meant !== undefined && isAlike(spelled(name), spelled(meant)) ? `; did you mean ${meant}?` : '';
}

/** `autoTopup`, `auto-topup` and `auto_topup` are one word in three spellings. */
function spelled(name: string): string {
  return name
    .slice(0, MAX_LENGTH)
    .toLowerCase()
    .replaceAll(/[_\s-]/g, '');
}

/** A third of the letters may be wrong, or one begins with the other. */
function isAlike(a: string, b: string): boolean {
  const isBeginning =
    commonStart(a, b) === Math.min(a.length, b.length) && Math.min(a.length, b.length) >= TELLING_LETTERS;
  return isBeginning || editDistance(a, b) <= Math.floor(Math.max(a.length, b.length) / 3);
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

/** Levenshtein's distance, one row of the table at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const replaced = (row[j] as number) + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
