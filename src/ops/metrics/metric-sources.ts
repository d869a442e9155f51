import { Injectable } from '@nestjs/common';
import { RequestBudgets } from '../../auth/request-budgets.js';
import { LoadShedding } from '../../http/admission/load-shedding.js';
import { LedgerService } from '../../ledger/ledger.service.js';
import { LaneUse } from '../../shared/lane-use.js';
import { DeclineCounts } from '../../top-ups/purchases/decline-counts.js';
import { ScheduledTask } from '../../top-ups/schedule/scheduled-task.js';
import { DatabaseHealth } from '../database-health.js';
import { LedgerHealth } from '../ledger-health.js';
import { DatabaseFigures } from './database-figures.js';

/** Who keeps what metrics show. None of them knows of it. */
@Injectable()
export class MetricSources {
  constructor(
    readonly database: DatabaseHealth,
    readonly figures: DatabaseFigures,
    readonly ledgerHealth: LedgerHealth,
    readonly ledger: LedgerService,
    readonly declines: DeclineCounts,
    readonly task: ScheduledTask,
    readonly lanes: LaneUse,
    readonly shedding: LoadShedding,
    readonly budgets: RequestBudgets,
  ) {}
}
