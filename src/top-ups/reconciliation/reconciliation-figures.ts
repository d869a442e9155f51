import { Injectable } from '@nestjs/common';

/** Counted since the process started, for whoever exports metrics. */
@Injectable()
export class ReconciliationFigures {
  finishedRuns = 0;
  failedRuns = 0;
  /** Differences that were open at the end of a run, each time. */
  openDifferences = 0;
  repairs = 0;

  count(status: 'finished' | 'failed', differencesOpen: number): void {
    if (status === 'finished') this.finishedRuns += 1;
    else this.failedRuns += 1;
    this.openDifferences += differencesOpen;
  }
}
