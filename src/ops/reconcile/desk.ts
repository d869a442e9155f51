import type { DifferenceDto, ReconciliationRunDto } from '../../top-ups/reconciliation/reconciliation.dto.js';

/** Where the command asks: the database, or a service that runs. */
export interface ReconciliationDesk {
  /** Ids of the environments that it may ask for. */
  environments(): Promise<string[]>;
  /** Ends when the run does; undefined where the environment charges nobody. */
  reconcile(environmentId: string, period: { from?: Date; to?: Date }): Promise<ReconciliationRunDto | undefined>;
  /** Repairs what needs no person. @returns how many */
  repair(environmentId: string): Promise<number>;
  /** All that are open, the oldest first, a page at a time. */
  openDifferences(environmentId: string): AsyncIterable<DifferenceDto[]>;
  close(): Promise<void>;
}
