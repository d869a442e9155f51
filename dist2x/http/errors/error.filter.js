var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Catch, Logger, NotFoundException } from '@nestjs/common';
import { DomainError } from '../../shared/errors.js';
import { isReusedKeyConflict } from '../idempotency.js';
import { requestIdOf } from '../request-id.js';
import { allowedMethods } from './allowed-methods.js';
import { apiOf } from './api-of.js';
import { CREDITS_STATUS, renderCreditsError, renderCreditsFailure } from './credits-errors.js';
import { toDomainError } from './to-domain-error.js';
import { renderWalletsError, renderWalletsFailure, WALLETS_STATUS } from './wallets-errors.js';
const RENDERERS = {
    wallets: { statuses: WALLETS_STATUS, error: renderWalletsError, failure: renderWalletsFailure },
    credits: { statuses: CREDITS_STATUS, error: renderCreditsError, failure: renderCreditsFailure },
};
/** The one place that knows statuses: every refusal and every failure becomes the answer its API promises. */
let ErrorFilter = class ErrorFilter {
    #logger = new Logger('Http');
    catch(exception, host) {
        const request = host.switchToHttp().getRequest();
        const response = host.switchToHttp().getResponse();
        const error = toDomainError(exception);
        if (!error)
            this.#log(exception, request);
        if (response.headersSent) {
            response.end();
            return;
        }
        if (error)
            answerRefusal(isUnrouted(exception) ? unrouted(request, response) : error, request, response);
        else
            response.status(500).json(RENDERERS[apiOf(request.path)].failure());
    }
    #log(exception, request) {
        const { method, path } = request;
        this.#logger.error({ msg: 'request failed', requestId: requestIdOf(request), method, path, err: exception });
    }
};
ErrorFilter = __decorate([
    Catch()
], ErrorFilter);
export { ErrorFilter };
function answerRefusal(refusal, request, response) {
    const renderer = RENDERERS[apiOf(request.path)];
    // Drop-in routes answer a key that was used for another request as Flexprice answers any repeated key.
    const error = refusal.kind === 'idempotency_key_reused' && isReusedKeyConflict(request)
        ? new DomainError('already_exists', refusal.message, { details: refusal.details })
        : refusal;
    const status = renderer.statuses[error.kind];
    const isRetryable = error.kind === 'unavailable' || error.kind === 'too_many_requests';
    if (isRetryable || error.retryAfterSeconds)
        response.setHeader('Retry-After', String(error.retryAfterSeconds ?? 1));
    if (error.kind === 'unauthorized')
        response.setHeader('WWW-Authenticate', 'Bearer');
    if (error.isReplayed)
        response.setHeader('Idempotent-Replayed', 'true');
    response.status(status).json(renderer.error(error, status));
}
/** Nest's own 404 (ours are DomainErrors): no route matched, which it also says for a known path with another method. */
function isUnrouted(exception) {
    return exception instanceof NotFoundException;
}
function unrouted(request, response) {
    const methods = allowedMethods(request);
    if (methods.length === 0)
        return new DomainError('not_found', `there is no ${request.method} ${request.path}`);
    response.setHeader('Allow', methods.join(', '));
    return new DomainError('method_not_allowed', `${request.path} takes ${methods.join(', ')}, not ${request.method}`);
}
//# sourceMappingURL=error.filter.js.map