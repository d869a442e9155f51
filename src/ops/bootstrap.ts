import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { TenantsService } from '../auth/tenants.service.js';
import { Config } from '../config.js';
import { withinEveryScope } from '../shared/sight.js';

/** The first start in production: somebody must be able to come in. */
@Injectable()
export class Bootstrap implements OnApplicationBootstrap {
  readonly #logger = new Logger('Bootstrap');

  constructor(
    private readonly config: Config,
    private readonly tenants: TenantsService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { bootstrapApiKey } = this.config;
    if (bootstrapApiKey === undefined || !(await withinEveryScope(() => this.tenants.bootstrap(bootstrapApiKey))))
      return;
    this.#logger.log({ msg: 'made the first tenant; its server key is BOOTSTRAP_API_KEY' });
  }
}
