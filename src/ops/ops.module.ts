import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { AuthModule } from '../auth/auth.module.js';
import { Bootstrap } from './bootstrap.js';
import { ConnectionDraining } from './connection-draining.js';
import { DatabaseHealth } from './database-health.js';
import { TopUpsModule } from '../top-ups/top-ups.module.js';
import { FrontPageController } from './front-page.controller.js';
import { HealthController } from './health.controller.js';
import { LedgerHealth } from './ledger-health.js';
import { ReconciliationHealth } from './reconciliation-health.js';
import { SettingsModule } from '../settings/settings.module.js';
import { SecretsUpkeep } from './secrets-upkeep.js';
import { StopLines } from './stop-lines.js';
import { TopUpHealth } from './top-up-health.js';
import { Tracing } from './tracing/tracing.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { DatabaseFigures } from './metrics/database-figures.js';
import { MetricSources } from './metrics/metric-sources.js';
import { MetricsServer } from './metrics/metrics-server.js';
import { UnchargedEnvironments } from './uncharged-environments.js';
import { DailyLedgerCheck } from './verify/daily-check.js';

/** What an operator looks at. */
@Module({
  imports: [AuthModule, LedgerModule, SettingsModule, TopUpsModule, TerminusModule.forRoot({ logger: false })],
  controllers: [FrontPageController, HealthController],
  providers: [
    Bootstrap,
    ConnectionDraining,
    DailyLedgerCheck,
    DatabaseFigures,
    DatabaseHealth,
    LedgerHealth,
    MetricSources,
    MetricsServer,
    ReconciliationHealth,
    SecretsUpkeep,
    StopLines,
    TopUpHealth,
    Tracing,
    UnchargedEnvironments,
  ],
})
export class OpsModule {}
