import { DomainError } from '../shared/errors.js';
/** A call took longer than it may. What it did is not known. */
class TimeoutError extends Error {
}
/**
 * Puts a limit on every call of a provider, and turns whatever is not an answer (no reply in time, an exception) into
 * `unknown`: such a call may have moved money, so it is looked up later and never taken for a failure.
 */
export class BoundedProvider {
    name;
    #provider;
    #timeoutMs;
    constructor(provider, timeoutMs) {
        this.name = provider.name;
        this.#provider = provider;
        this.#timeoutMs = timeoutMs;
    }
    async attachPaymentMethod(request) {
        try {
            return await this.#withinLimit(this.#provider.attachPaymentMethod(request));
        }
        catch (error) {
            if (!(error instanceof TimeoutError))
                throw error;
            throw new DomainError('unavailable', 'the payment provider does not answer, try again', { retryAfterSeconds: 5 });
        }
    }
    createPayment(request, idempotencyKey) {
        return this.#outcome(() => this.#provider.createPayment(request, idempotencyKey));
    }
    confirmPayment(request, idempotencyKey) {
        return this.#outcome(() => this.#provider.confirmPayment(request, idempotencyKey));
    }
    retrievePayment(paymentId) {
        return this.#outcome(() => this.#provider.retrievePayment(paymentId));
    }
    cancelPayment(paymentId, idempotencyKey) {
        return this.#outcome(() => this.#provider.cancelPayment(paymentId, idempotencyKey));
    }
    refundPayment(paymentId, idempotencyKey) {
        return this.#outcome(() => this.#provider.refundPayment(paymentId, idempotencyKey));
    }
    async #outcome(call) {
        try {
            return await this.#withinLimit(call());
        }
        catch (error) {
            return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) };
        }
    }
    async #withinLimit(call) {
        let timer;
        const limit = new Promise((_resolve, reject) => {
            const reason = `no answer from ${this.name} within ${this.#timeoutMs} ms`;
            timer = setTimeout(() => reject(new TimeoutError(reason)), this.#timeoutMs);
        });
        try {
            return await Promise.race([call, limit]);
        }
        finally {
            clearTimeout(timer);
        }
    }
}
//# sourceMappingURL=bounded-provider.js.map