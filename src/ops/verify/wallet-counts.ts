import type { EntityManager } from '@mikro-orm/postgresql';

/** What is wrong with the counts of wallets. */
export const WALLET_COUNTS = 'a customer and an environment have as many wallets as is said of them';

/**
 * Compares what is said of how many wallets there are with the wallets, an environment at a time and as of one instant.
 * @returns a line for each environment where it differs
 */
export async function brokenWalletCounts(em: EntityManager, pause: () => Promise<void>): Promise<string[]> {
  const environments = await em.execute<{ tenant_id: string; environment_id: string }[]>(
    'select tenant_id, id as environment_id from environment order by id',
  );
  const breaches: string[] = [];
  for (const { tenant_id: tenantId, environment_id: environmentId } of environments) {
    await pause();
    const wrong = await em.execute<{ customer_id: string }[]>(
      // Counted first: of a distributed database workers do that, and nothing of the rest.
      `with counted as materialized (
         select customer_id, count(*) as wallets from wallet where tenant_id = ? and environment_id = ? group by customer_id)
       select coalesce(c.customer_id, w.customer_id) as customer_id
       from (select coalesce(customer_id, '') as customer_id, sum(wallets) as wallets from counted
         group by grouping sets ((), (customer_id)) having sum(wallets) > 0) w
       full join (select * from wallet_count where tenant_id = ? and environment_id = ?) c using (customer_id)
       where w.wallets is distinct from c.wallets order by 1 limit 3`,
      [tenantId, environmentId, tenantId, environmentId],
    );
    if (wrong.length === 0) continue;
    const owners = wrong.map(({ customer_id: id }) => id || 'all customers').join(', ');
    breaches.push(`${WALLET_COUNTS}: not in ${environmentId} (${owners})`);
  }
  return breaches;
}
