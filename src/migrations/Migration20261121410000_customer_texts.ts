import { Migration } from '@mikro-orm/migrations';

/**
 * Parts of names, ids and addresses of customers are found by index, where the server has `pg_trgm` and lets us make it.
 * Where not, and in the embedded database, such a search reads the customers of its environment, as far as its time goes.
 * No entity says so: it makes nothing right or wrong, only fast.
 */
export class Migration20261121410000_customer_texts extends Migration {
  override up(): void {
    this.addSql(`do $$ begin
      create extension if not exists pg_trgm;
      create index customer_text_index on customer using gin (external_id gin_trgm_ops, name gin_trgm_ops, email gin_trgm_ops);
    exception when others then
      raise notice 'without pg_trgm: %', sqlerrm;
    end $$`);
  }
}
