import type { Lane } from './turn.js';

/** How the connections of a lane are used at this moment. */
export interface LaneFigures {
  places: number;
  inUse: number;
  /** How many wait for one. */
  waiting: number;
  /** How many have found none in time, since the start. */
  gaveUp: number;
}

/** How the process uses its connections. Handed in by whoever makes the pool; the embedded database has none. */
export class LaneUse {
  read: () => Partial<Record<Lane, Readonly<LaneFigures>>> = () => ({});
  /** Tells in how many pieces the database is distributed: of each the writer commits a group of its own. */
  shareFor: (pieces: number) => void = () => undefined;
}
