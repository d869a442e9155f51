import { DomainError } from '../shared/errors.js';
/** Sentences of errors that belong to no field. */
export const NON_FIELD_ERRORS = 'non_field_errors';
/** One sentence under the field at `path`, nested like the body; under `non_field_errors` when the path is empty. */
export function fieldErrorsAt(path, sentence) {
    const [field = NON_FIELD_ERRORS, ...rest] = path;
    return { [field]: rest.length === 0 ? [sentence] : fieldErrorsAt(rest, sentence) };
}
/** Every sentence with its dotted path: `['auto_topup.threshold', 'is required']`. */
export function flattenFieldErrors(fields, prefix = '') {
    return Object.entries(fields).flatMap(([field, errors]) => {
        const path = prefix === '' ? field : `${prefix}.${field}`;
        return Array.isArray(errors) ? errors.map((sentence) => [path, sentence]) : flattenFieldErrors(errors, path);
    });
}
/** A refusal about fields. Its message names the first few, its details all of them. */
export function invalidFields(fields) {
    const all = flattenFieldErrors(fields);
    const shown = all
        .slice(0, 5)
        .map(([path, sentence]) => (path === NON_FIELD_ERRORS ? sentence : `${path}: ${sentence}`));
    const more = all.length > shown.length ? ` (and ${all.length - shown.length} more)` : '';
    const details = {};
    for (const [path, sentence] of all)
        details[path] = details[path] ? `${details[path]}; ${sentence}` : sentence;
    return new DomainError('validation', shown.join('; ') + more, { code: 'validation_error', fields, details });
}
/** A refusal of the request as a whole, not of one of its fields. */
export function invalidRequest(sentence) {
    return new DomainError('validation', sentence, { code: 'validation_error' });
}
//# sourceMappingURL=field-errors.js.map