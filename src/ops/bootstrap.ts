import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { hashApiKey } from '../auth/api-key-format.js';
import { ApiKey } from '../auth/api-key.entity.js';
import { TenantsService } from '../auth/tenants.service.js';
import { Config } from '../config.js';
import { withinEveryScope } from '../shared/sight.js';

/** The first start in production: somebody must be able to come in. */
@Injectable()
export class Bootstrap implements OnApplicationBootstrap {
  readonly #logger = new Logger('Bootstrap');

  constructor(
    private readonly em: EntityManager,
    private readonly config: Config,
    private readonly tenants: TenantsService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { bootstrapApiKey } = this.config;
    if (bootstrapApiKey !== undefined) await withinEveryScope(() => this.#letIn(bootstrapApiKey));
  }

  async #letIn(plainKey: string): Promise<void> {
    if (await this.tenants.bootstrap(plainKey)) {
      this.#logger.log({ msg: 'made the first tenant; its server key is BOOTSTRAP_API_KEY' });
    } else if (await this.#isUnknown(plainKey)) {
      this.#logger.warn({
        msg: 'BOOTSTRAP_API_KEY lets nobody in: this database had tenants before, and none of their keys is this one; `npm run admin -- create-key` makes one',
      });
    }
  }

  /** One that was revoked was known: whoever did it had another. */
  async #isUnknown(plainKey: string): Promise<boolean> {
    return (await this.em.fork().count(ApiKey, { keyHash: hashApiKey(plainKey) })) === 0;
  }
}
