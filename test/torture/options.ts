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
  /** What a customer waits between two requests. Milliseconds of the machine's, as all here. */
  pauseMs: number;
  aims: Aims;
  /** What says something at all: a run that has done less is not green. */
  least: Aims;
  /** The load ends then, whatever has been reached. */
  loadMs: number;
  /** A process lives so long, at random, from the moment that it listens; two of three wait for another one, too. */
  lifeMs: [least: number, most: number];
  databaseLifeMs: [least: number, most: number];
  /** Told what has been reached, twice a minute. */
  tell?: (reached: Aims) => void;
  /** Whether the run is over with the first thing that must never be. */
  endsWhenFound: boolean;
}

export const LONG: Omit<RunOptions, 'seed'> = {
  customers: 60,
  pauseMs: 700,
  aims: { kills: 200, databaseRestarts: 20, acknowledged: 10_000, charges: 2000 },
  // Two cores do about half as much again in 8 minutes.
  least: { kills: 60, databaseRestarts: 12, acknowledged: 5000, charges: 300 },
  loadMs: 8 * 60_000,
  lifeMs: [300, 2500],
  databaseLifeMs: [8000, 20_000],
  endsWhenFound: false,
};

/** A slow machine takes longer for the same. */
export const SHORT: Omit<RunOptions, 'seed'> = {
  customers: 10,
  pauseMs: 150,
  aims: { kills: 3, databaseRestarts: 1, acknowledged: 150, charges: 10 },
  least: { kills: 1, databaseRestarts: 1, acknowledged: 50, charges: 1 },
  loadMs: 120_000,
  lifeMs: [300, 1500],
  databaseLifeMs: [3000, 4000],
  endsWhenFound: false,
};

/** Long enough for each of the planted faults to show. */
export const BREAK: Omit<RunOptions, 'seed'> = {
  customers: 24,
  pauseMs: 100,
  aims: { kills: 4, databaseRestarts: 2, acknowledged: 800, charges: 80 },
  least: { kills: 0, databaseRestarts: 0, acknowledged: 0, charges: 0 },
  loadMs: 60_000,
  lifeMs: [3000, 8000],
  databaseLifeMs: [5000, 8000],
  endsWhenFound: true,
};
