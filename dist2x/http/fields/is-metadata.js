import { field } from './field-decorator.js';
const MAX_KEYS = 50;
const MAX_KEY_LENGTH = 100;
const MAX_VALUE_LENGTH = 1000;
/** Free key/value pairs of the client's own: text to text, at most 50 of them, keys up to 100 characters, values up to 1,000. */
export function IsMetadata() {
    return field({
        name: 'isMetadata',
        // As it was sent: class-transformer would take it for an object of some class.
        read: (value) => value,
        fault: faultOfMetadata,
        schema: {
            type: 'object',
            additionalProperties: { type: 'string' },
            description: 'Your own key/value pairs: at most 50, keys up to 100 characters, values (text) up to 1,000.',
            example: { order: 'A-1017' },
        },
    });
}
function faultOfMetadata(value) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
        return 'must be an object of texts';
    const pairs = Object.entries(value);
    if (pairs.length > MAX_KEYS)
        return `must have at most ${MAX_KEYS} keys`;
    for (const [key, text] of pairs) {
        if (key.length > MAX_KEY_LENGTH)
            return `must have keys of at most ${MAX_KEY_LENGTH} characters`;
        if (typeof text !== 'string')
            return `must have text values only: ${JSON.stringify(key)} has another`;
        if (text.length > MAX_VALUE_LENGTH)
            return `must have values of at most ${MAX_VALUE_LENGTH} characters`;
    }
    return undefined;
}
//# sourceMappingURL=is-metadata.js.map