import { field } from '../http/fields/field-decorator.js';
import { nearest } from '../shared/nearest.js';
import { EVENT_TYPES } from './event-types.js';

const SHOWN_LETTERS = 64;

/** The name of an event type. */
export function IsEventType(description?: string): PropertyDecorator {
  return field({
    name: 'isEventType',
    fault: faultOfEventType,
    schema: { enum: EVENT_TYPES, ...(description ? { description } : {}) },
  });
}

/** A list of event types, each at most as often as there are types. */
export function IsEventTypes(words: { description: string; example: string[] }): PropertyDecorator {
  return field({
    name: 'isEventTypes',
    fault: faultOfEventTypes,
    schema: { enum: EVENT_TYPES, isArray: true, maxItems: EVENT_TYPES.length, ...words },
  });
}

function faultOfEventTypes(value: unknown): string | undefined {
  if (!Array.isArray(value)) return 'must be a list of event types';
  if (value.length > EVENT_TYPES.length) return `must have at most ${EVENT_TYPES.length} of them`;
  for (const name of value) {
    const fault = faultOfEventType(name);
    if (fault) return fault;
  }
  return undefined;
}

/** Why a name is refused, with the type that was probably meant; undefined when it is one. */
function faultOfEventType(name: unknown): string | undefined {
  if (typeof name !== 'string') return 'must be the name of an event type';
  if ((EVENT_TYPES as readonly string[]).includes(name)) return undefined;
  const shown = JSON.stringify(name.slice(0, SHOWN_LETTERS));
  return `${shown} is not an event type; the nearest is ${nearest(name, EVENT_TYPES)}`;
}
