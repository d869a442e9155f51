import { fieldErrorsAt, invalidFields } from '../field-errors.js';
/** Stands for a number that was sent with more digits than a double carries. */
export const INEXACT_NUMBER = Symbol('inexact number');
/** Names that mean something to JavaScript objects; no field of either API has one. */
const RESERVED_NAMES = new Set(['__proto__', 'constructor', 'prototype']);
/**
 * Looks at every name and text of a parsed body.
 * @returns how many fields it has, at all levels.
 * @throws DomainError naming the field of the first text that can't be stored, reserved name or inexact number.
 */
export function inspectBody(value) {
    return inspect(value, []);
}
function inspect(value, path) {
    if (typeof value === 'string') {
        const fault = faultOfText(value);
        if (fault)
            throw invalidFields(fieldErrorsAt(path, fault));
        return 0;
    }
    if (value === INEXACT_NUMBER) {
        const sentence = 'has more digits than a JSON number carries exactly: send it as a string';
        throw invalidFields(fieldErrorsAt(path, sentence));
    }
    if (typeof value !== 'object' || value === null)
        return 0;
    return Array.isArray(value) ? inspectList(value, path) : inspectObject(value, path);
}
function inspectList(list, path) {
    let fields = 0;
    for (let index = 0; index < list.length; index += 1) {
        path.push(String(index));
        fields += inspect(list[index], path);
        path.pop();
    }
    return fields;
}
function inspectObject(object, path) {
    const names = Object.keys(object);
    let fields = names.length;
    for (const name of names) {
        const fault = RESERVED_NAMES.has(name) ? `has a field named ${name}, which is not allowed` : faultOfText(name);
        if (fault)
            throw invalidFields(fieldErrorsAt(path, fault));
        path.push(name);
        fields += inspect(object[name], path);
        path.pop();
    }
    return fields;
}
/** Why PostgreSQL could not store a text, or undefined. */
export function faultOfText(text) {
    if (text.includes('\0'))
        return 'must not contain NUL characters';
    if (!text.isWellFormed())
        return 'must not contain half a surrogate pair';
    return undefined;
}
//# sourceMappingURL=inspect-body.js.map