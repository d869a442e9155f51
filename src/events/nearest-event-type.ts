import { EVENT_TYPES, type EventType } from './event-types.js';

/** Names of events are shorter; what is longer is not a slip of the pen, and not worth measuring. */
const MAX_LENGTH = 64;

/** Why a name is refused, with the type that was probably meant; undefined when it is one. */
export function faultOfEventType(name: unknown): string | undefined {
  if (typeof name !== 'string') return 'must be the name of an event type';
  if ((EVENT_TYPES as readonly string[]).includes(name)) return undefined;
  const shown = JSON.stringify(name.slice(0, MAX_LENGTH));
  return `${shown} is not an event type; the nearest is ${nearestEventType(name.slice(0, MAX_LENGTH))}`;
}

/** The type with the fewest letters to change, leave out or put in; of equals the one that begins alike. */
export function nearestEventType(name: string): EventType {
  const text = name.toLowerCase();
  let nearest = EVENT_TYPES[0] as EventType;
  let least = Infinity;
  for (const type of EVENT_TYPES) {
    // Less than one letter's worth: it only decides among equals.
    const distance = editDistance(text, type) - commonStart(text, type) / (2 * MAX_LENGTH);
    if (distance < least) [nearest, least] = [type, distance];
  }
  return nearest;
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
