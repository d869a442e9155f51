import { Controller, Get, HttpCode, Post, UseFilters } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheck, type HealthCheckResult, HealthCheckService } from '@nestjs/terminus';
import { Public } from '../auth/caller.js';
import { Cost, POINTS } from '../http/admission/route-cost.js';
import { DatabaseHealth } from './database-health.js';
import { LedgerHealth } from './ledger-health.js';
import { ReconciliationHealth } from './reconciliation-health.js';
import { TopUpHealth } from './top-up-health.js';
import { UnchargedEnvironments } from './uncharged-environments.js';
import { HealthStatus } from './health.dto.js';
import { HealthFilter } from './health.filter.js';

@ApiTags('Health')
@Public()
@Cost(POINTS.free)
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly database: DatabaseHealth,
    private readonly topUps: TopUpHealth,
    private readonly reconciliation: ReconciliationHealth,
    private readonly uncharged: UnchargedEnvironments,
    private readonly ledger: LedgerHealth,
  ) {}

  /** Whether the service answers at all. */
  @Get()
  @ApiOperation({ summary: 'Health, as Flexprice answers it' })
  check(): HealthStatus {
    return { status: 'ok' };
  }

  /** Whether the service answers at all. */
  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Health, as Flexprice answers it' })
  checkByPost(): HealthStatus {
    return { status: 'ok' };
  }

  /** The process and its event loop only: a database that is away must not restart every process. */
  @Get('live')
  @ApiOperation({ summary: 'Liveness' })
  live(): HealthStatus {
    return { status: 'ok' };
  }

  /**
   * Whether requests can be served: the database answers and its schema is up to date. `top_ups` counts charges of the
   * whole installation that have made no progress for 15 minutes (100 at most), and
   * `reconciliation` open differences (100 at most) with the age of the last run that found none, in the environment where
   * that is the oldest. `payments` counts production environments without a payment provider, where what is bought is credited
   * and not charged (100 at most), and `ledger` the breaches of its invariants that the last daily look at all of it has found
   * (100 at most), with the age of that. These name nobody and fail no check.
   */
  @Get('ready')
  @HealthCheck()
  @UseFilters(HealthFilter)
  @ApiOperation({ summary: 'Readiness' })
  async ready(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.database.answers(),
      () => this.database.isMigrated(),
      () => this.topUps.stuck(),
      () => this.reconciliation.agreement(),
      () => this.uncharged.count(),
      () => this.ledger.soundness(),
    ]);
  }
}
