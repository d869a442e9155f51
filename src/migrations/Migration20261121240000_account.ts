import { Migration } from '@mikro-orm/migrations';

const ACCOUNT_RULE = `r.trigger in ('insufficient', 'expiration')`;

/** Which wallet is an account's is stored; before, it was guessed on every read. */
export class Migration20261121240000_account extends Migration {
  override up(): void {
    this.addSql(`
      create table credits_account (
        tenant_id text not null,
        environment_id text not null,
        customer_id text not null,
        wallet_id text not null,
        decided_at timestamptz(3) not null,
        decided_by text not null,
        primary key (tenant_id, environment_id, customer_id)
      )`);

    // The last word that an account has given holds, also where the guess had moved on and left a rule behind.
    this.addSql(`
      update top_up_rule r set enabled = false, version = r.version + 1
      from (
        select distinct on (c.tenant_id, c.environment_id, c.customer_id)
          c.tenant_id, c.environment_id, c.customer_id, c.wallet_id
        from consent c
        order by c.tenant_id, c.environment_id, c.customer_id, c.created_at desc, c.id desc
      ) last
      where r.tenant_id = last.tenant_id and r.environment_id = last.environment_id and r.customer_id = last.customer_id
        and r.wallet_id <> last.wallet_id and ${ACCOUNT_RULE} and r.enabled`);

    // The wallet that the rules in force are on; otherwise what the guess gives now.
    this.addSql(`
      insert into credits_account (tenant_id, environment_id, customer_id, wallet_id, decided_at, decided_by)
      select distinct on (w.tenant_id, w.environment_id, w.customer_id)
        w.tenant_id, w.environment_id, w.customer_id, w.id, now(), ''
      from wallet w
      left join tenant_setting s
        on s.tenant_id = w.tenant_id and s.environment_id = w.environment_id and s.key = 'credits'
      where w.wallet_type = 'PRE_PAID' and w.wallet_status = 'active' and (
        exists (
          select 1 from top_up_rule r join wallet o on o.id = r.wallet_id
          where o.tenant_id = w.tenant_id and o.environment_id = w.environment_id and o.customer_id = w.customer_id
            and ${ACCOUNT_RULE}
        )
        or exists (
          select 1 from consent c
          where c.tenant_id = w.tenant_id and c.environment_id = w.environment_id and c.customer_id = w.customer_id
        )
        or exists (
          select 1 from top_up t
          where t.tenant_id = w.tenant_id and t.environment_id = w.environment_id and t.customer_id = w.customer_id
            and t.pack_id is not null
        )
        or exists (select 1 from promotional_renewal p where p.customer_id = w.customer_id)
      )
      order by w.tenant_id, w.environment_id, w.customer_id,
        exists (select 1 from top_up_rule r where r.wallet_id = w.id and ${ACCOUNT_RULE} and r.enabled) desc,
        w.currency = coalesce(s.value ->> 'currency', 'usd') desc, w.created_at, w.id`);
  }
}
