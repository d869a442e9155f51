import { flattenFieldErrors, NON_FIELD_ERRORS } from '../field-errors.js';
export const WALLETS_STATUS = {
    validation: 400,
    invalid_operation: 400,
    unauthorized: 401,
    insufficient_credits: 402,
    payment_declined: 402,
    forbidden: 403,
    not_found: 404,
    method_not_allowed: 405,
    already_exists: 409,
    conflict: 409,
    idempotency_key_reused: 422,
    payload_too_large: 413,
    unsupported_media_type: 415,
    too_many_requests: 429,
    unavailable: 503,
};
/** Flexprice's name of a kind where it is not ours. */
const CODES = {
    validation: 'validation_error',
    forbidden: 'permission_denied',
    conflict: 'version_conflict',
    unavailable: 'service_unavailable',
};
/** The envelope of the wallets API: today's flat one and the nested one of the SDK in a single object. */
export function renderWalletsError(error, status) {
    const code = error.code === error.kind ? (CODES[error.kind] ?? error.code) : error.code;
    return envelope(code, error.message, status, detailsOf(error));
}
export function renderWalletsFailure() {
    return envelope('internal_error', 'unexpected error while handling your request', 500, {});
}
function envelope(code, message, status, details) {
    const hasDetails = Object.keys(details).length > 0;
    return {
        code,
        message,
        http_status_code: status,
        ...(hasDetails && { details }),
        success: false,
        error: { message, internal_error: null },
    };
}
function detailsOf({ details, fields }) {
    if (!fields || Object.keys(details).length > 0)
        return details;
    return Object.fromEntries(flattenFieldErrors(fields).filter(([path]) => path !== NON_FIELD_ERRORS));
}
//# sourceMappingURL=wallets-errors.js.map