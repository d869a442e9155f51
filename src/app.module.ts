import { EntityManager as CoreEntityManager } from '@mikro-orm/core';
import { MikroOrmModule } from '@mikro-orm/nestjs';
import { EntityManager } from '@mikro-orm/postgresql';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { AuthModule } from './auth/auth.module.js';
import { Config } from './config.js';
import { CreditsModule } from './credits/credits.module.js';
import { CustomerByIdModule, CustomersModule } from './customers/customers.module.js';
import { databaseOptions } from './database.js';
import { HttpModule } from './http/http.module.js';
import { EventsModule } from './events/events.module.js';
import { LedgerModule } from './ledger/ledger.module.js';
import { DemoModule } from './ops/demo/demo.module.js';
import { OpsModule } from './ops/ops.module.js';
import { PaymentsModule } from './payments/payments.module.js';
import { SettingsModule } from './settings/settings.module.js';
import { Clock, SystemClock } from './shared/clock.js';
import { Distribution } from './shared/distribution.js';
import { LaneUse } from './shared/lane-use.js';
import { WorkWatch } from './shared/work-watch.js';
import { TopUpsModule } from './top-ups/top-ups.module.js';
import { WalletsModule } from './wallets/wallets.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';

/** What every room may ask for: the settings, the time, the database; and whom it tells what it does. */
@Global()
@Module({})
class CoreModule {
  static register(config: Config, use: LaneUse): DynamicModule {
    return {
      module: CoreModule,
      providers: [
        { provide: Config, useValue: config },
        { provide: LaneUse, useValue: use },
        WorkWatch,
        { provide: Clock, useValue: new SystemClock(config.ledgerClock) },
        Distribution,
        // The same type of entity manager whichever driver is behind it: our code is written against one.
        { provide: EntityManager, useFactory: (em: unknown) => em, inject: [CoreEntityManager] },
      ],
      exports: [Config, Clock, Distribution, EntityManager, LaneUse, WorkWatch],
    };
  }
}

@Module({})
export class AppModule {
  static register(config: Config): DynamicModule {
    const use = new LaneUse();
    const options = databaseOptions(config, undefined, use);
    return {
      module: AppModule,
      imports: [
        CoreModule.register(config, use),
        // Services fork the entity manager themselves: a fork for every request would cost the hot path.
        MikroOrmModule.forRoot({ ...options, registerRequestContext: false }),
        ScheduleModule.forRoot(),
        HttpModule,
        AuthModule,
        SettingsModule,
        PaymentsModule,
        CustomersModule,
        EventsModule,
        LedgerModule,
        TopUpsModule,
        WalletsModule,
        WebhooksModule,
        CreditsModule,
        OpsModule,
        DemoModule,
        // Last: its routes match what other rooms' more exact ones do.
        CustomerByIdModule,
      ],
    };
  }
}
