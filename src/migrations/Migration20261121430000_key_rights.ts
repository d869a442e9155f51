import { Migration } from '@mikro-orm/migrations';

/**
 * Which keys a key has made is asked when it is revoked. Portal sessions have an id, by which whoever started one can end
 * it; those that old processes start meanwhile have none, for an hour.
 */
export class Migration20261121430000_key_rights extends Migration {
  override up(): void {
    this.addSql(`create index api_key_maker_index on api_key (created_by)`);
    this.addSql(`alter table portal_session add column id text null`);
    this.addSql(`create unique index portal_session_id_unique on portal_session (id)`);
    this.addSql(`create index portal_session_customer_index on portal_session (customer_id)`);
  }
}
