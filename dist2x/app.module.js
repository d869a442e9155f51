var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var CoreModule_1, AppModule_1;
import { EntityManager as CoreEntityManager } from '@mikro-orm/core';
import { MikroOrmModule } from '@mikro-orm/nestjs';
import { EntityManager } from '@mikro-orm/postgresql';
import { Global, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { LoggerModule } from 'nestjs-pino';
import { AuthModule } from './auth/auth.module.js';
import { Config } from './config.js';
import { CreditsModule } from './credits/credits.module.js';
import { CustomerByIdModule, CustomersModule } from './customers/customers.module.js';
import { databaseOptions } from './database.js';
import { HttpModule } from './http/http.module.js';
import { LedgerModule } from './ledger/ledger.module.js';
import { logOptions } from './log.js';
import { DemoModule } from './ops/demo/demo.module.js';
import { OpsModule } from './ops/ops.module.js';
import { PaymentsModule } from './payments/payments.module.js';
import { SettingsModule } from './settings/settings.module.js';
import { Clock, SystemClock } from './shared/clock.js';
import { TopUpsModule } from './top-ups/top-ups.module.js';
/** What every room may ask for: the settings, the time, the database. */
let CoreModule = CoreModule_1 = class CoreModule {
    static register(config) {
        return {
            module: CoreModule_1,
            providers: [
                { provide: Config, useValue: config },
                { provide: Clock, useClass: SystemClock },
                // The same type of entity manager whichever driver is behind it: our code is written against one.
                { provide: EntityManager, useFactory: (em) => em, inject: [CoreEntityManager] },
            ],
            exports: [Config, Clock, EntityManager],
        };
    }
};
CoreModule = CoreModule_1 = __decorate([
    Global(),
    Module({})
], CoreModule);
let AppModule = AppModule_1 = class AppModule {
    static register(config) {
        return {
            module: AppModule_1,
            imports: [
                CoreModule.register(config),
                
                // Services fork the entity manager themselves: a fork for every request would cost the hot path.
                MikroOrmModule.forRoot({ ...databaseOptions(config), registerRequestContext: false }),
                ScheduleModule.forRoot(),
                HttpModule,
                AuthModule,
                SettingsModule,
                PaymentsModule,
                CustomersModule,
                LedgerModule,
                TopUpsModule,
                CreditsModule,
                OpsModule,
                DemoModule,
                // Last: its routes match what other rooms' more exact ones do.
                CustomerByIdModule,
            ],
        };
    }
};
AppModule = AppModule_1 = __decorate([
    Module({})
], AppModule);
export { AppModule };
//# sourceMappingURL=app.module.js.map