/** A refusal that the caller can understand. Anything else that is thrown is a bug and becomes a 500. */
export class DomainError extends Error {
    kind;
    code;
    details;
    fields;
    retryAfterSeconds;
    /** Set when this is the stored first answer to an idempotency key. */
    isReplayed = false;
    constructor(kind, message, options = {}) {
        super(message);
        this.name = 'DomainError';
        this.kind = kind;
        this.code = options.code ?? kind;
        this.details = options.details ?? {};
        this.fields = options.fields;
        this.retryAfterSeconds = options.retryAfterSeconds;
    }
}
/** The same answer for an unknown id and for an id of another tenant or environment. */
export function notFound(what, details) {
    return new DomainError('not_found', `${what} not found`, { details });
}
/** A refusal about one field of the request. */
export function invalidField(field, sentence) {
    return new DomainError('validation', `${field}: ${sentence}`, {
        code: 'validation_error',
        fields: { [field]: [sentence] },
        details: { [field]: sentence },
    });
}
//# sourceMappingURL=errors.js.map