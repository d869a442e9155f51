import { AsyncLocalStorage } from 'node:async_hooks';

/** The connections that a piece of work has: the writer's, those of the readiness check, of lists and searches, of all else. */
export type Lane = 'ledger' | 'health' | 'searches' | 'rest';

/** Over which connections something goes, and who waits for it: whoever asks for more waits longer, and delays nobody else. */
export interface Turn {
  lane: Lane;
  /** A tenant's id, or one of the two below. */
  party: string;
}

/** What no request waits for: the scheduled task, engines, news of providers. */
export const OWN_WORK = '';
/** A request that has not shown its key yet. */
const STRANGERS = 'strangers';

const turns = new AsyncLocalStorage<Turn>();
const OWN_TURN: Readonly<Turn> = { lane: 'rest', party: OWN_WORK };

/** Whose turn the work under way is. */
export function currentTurn(): Readonly<Turn> {
  return turns.getStore() ?? OWN_TURN;
}

/** Begins work of a request, of which nothing is known yet. */
export function beginRequest<Result>(work: () => Result): Result {
  return turns.run({ lane: 'rest', party: STRANGERS }, work);
}

/** The request under way has shown whose it is. */
export function takeTurnOf(tenantId: string): void {
  const turn = turns.getStore();
  if (turn) turn.party = tenantId;
}

/** The request under way asks for a list. */
export function takeTurnOfSearches(): void {
  const turn = turns.getStore();
  if (turn) turn.lane = 'searches';
}

/** Work that whoever has caused it does not wait for. */
export function asOwnWork<Result>(work: () => Result): Result {
  return turns.exit(work);
}

/** Our own work over connections that nothing else has. */
export function inLane<Result>(lane: 'ledger' | 'health', work: () => Result): Result {
  return turns.run({ lane, party: OWN_WORK }, work);
}

/** No connection of the lane became free in time. */
export const NO_TURN = 'no_turn';

export class NoTurnError extends Error {
  readonly code = NO_TURN;

  constructor() {
    // The driver's own words: whoever understands those understands this.
    super('timeout exceeded when trying to connect');
  }
}
