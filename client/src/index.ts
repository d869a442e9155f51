export { InsufficientCredits, NoAnswer, type NoTopUp, RefillError, TryLater } from './errors.js';
export { Refill, type RefillOptions, type Schemas } from './refill.js';
