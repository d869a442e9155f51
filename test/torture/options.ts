/** How much a run does. It ends when all of it is done, or its time is over. */
export interface Aims {
  kills: number;
  databaseRestarts: number;
  /** Writes that the service has answered. */
  acknowledged: number;
  /** Charges in the stand-in's books. */
  charges: number;
}

export interface RunOptions {
  seed: number;
  customers: number;
  aims: Aims;
  /** The load ends then, whatever has been reached. Milliseconds of the machine's. */
  loadMs: number;
  /** A process lives so long, at random. Milliseconds from the moment that it listens. */
  lifeMs: [least: number, most: number];
  databaseLifeMs: [least: number, most: number];
}

export const LONG: Omit<RunOptions, 'seed'> = {
  customers: 24,
  aims: { kills: 200, databaseRestarts: 20, acknowledged: 10_000, charges: 2000 },
  loadMs: 8 * 60_000,
  lifeMs: [300, 3000],
  databaseLifeMs: [8000, 20_000],
};

export const SHORT: Omit<RunOptions, 'seed'> = {
  customers: 10,
  aims: { kills: 6, databaseRestarts: 1, acknowledged: 300, charges: 20 },
  loadMs: 40_000,
  lifeMs: [500, 3000],
  databaseLifeMs: [4000, 6000],
};

/** Long enough for each of the planted faults to show. */
export const BREAK: Omit<RunOptions, 'seed'> = {
  customers: 16,
  aims: { kills: 6, databaseRestarts: 1, acknowledged: 800, charges: 80 },
  loadMs: 45_000,
  lifeMs: [2000, 7000],
  databaseLifeMs: [8000, 12_000],
};
