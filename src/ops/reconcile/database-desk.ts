import { EntityManager } from '@mikro-orm/postgresql';
import { Environment } from '../../auth/environment.entity.js';
import type { Config } from '../../config.js';
import type { Scope } from '../../shared/scope.js';
import { notFound } from '../../shared/errors.js';
import { withinEveryScope, withinScope } from '../../shared/sight.js';
import { Reconciler } from '../../top-ups/reconciliation/reconciler.js';
import { ReconciliationDifferences } from '../../top-ups/reconciliation/reconciliation-differences.js';
import { Reconciliation } from '../../top-ups/reconciliation/reconciliation.service.js';
import { renderDifference, renderRun } from '../../top-ups/reconciliation/reconciliation.dto.js';
import { Repairs } from '../../top-ups/reconciliation/repairs.js';
import { openApplication } from '../open-application.js';
import type { ReconciliationDesk } from './desk.js';

const PAGE = 100;
const BY = { keyId: 'npm run reconcile', requestId: '' };

/**
 * The service itself, in this process, without a port and without its scheduled task.
 * @param module the application
 * @throws DataFolderInUse where the embedded database belongs to a service that runs
 */
export async function openDatabaseDesk(config: Config, module: object): Promise<ReconciliationDesk> {
  const app = await openApplication(config, module);
  const get = <Service>(type: abstract new (...parameters: never[]) => Service) => app.get(type, { strict: false });
  const em = get(EntityManager);

  async function scopeOf(environmentId: string): Promise<Scope> {
    const environment = await withinEveryScope(() => em.fork().findOne(Environment, { id: environmentId }));
    if (!environment) throw notFound('environment', { environment_id: environmentId });
    return { tenantId: environment.tenantId, environmentId };
  }

  return {
    async environments() {
      const order = { fields: ['id'], orderBy: { id: 'asc' } } as const;
      const all = await withinEveryScope(() => em.fork().find(Environment, {}, order));
      return all.map(({ id }) => id);
    },
    async reconcile(environmentId, period) {
      const scope = await scopeOf(environmentId);
      const epoch = { periodFrom: period.from ?? new Date(0), periodTo: period.to ?? new Date() };
      return withinScope(scope, async () => {
        const providers = await get(Reconciler).providersOf({ ...scope, ...epoch });
        return providers.length === 0 ? undefined : renderRun(await get(Reconciliation).run(scope, period));
      });
    },
    async repair(environmentId) {
      const scope = await scopeOf(environmentId);
      return withinScope(scope, () => get(Repairs).repairAll(scope, BY));
    },
    async *openDifferences(environmentId) {
      const scope = await scopeOf(environmentId);
      for (let offset = 0; ; offset += PAGE) {
        const page = { limit: PAGE, offset, order: 'asc' as const };
        const { items } = await withinScope(scope, () =>
          get(ReconciliationDifferences).list(scope, { state: 'open' }, page),
        );
        yield items.map((row) => renderDifference(row));
        if (items.length < PAGE) return;
      }
    },
    close: () => app.close(),
  };
}
