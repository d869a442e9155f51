import { Migration } from '@mikro-orm/migrations';

/** What a session of the portal may do, and which one agreed to an automatic top-up. */
export class Migration20261122200000_portal_rights extends Migration {
  override up(): void {
    // A process of an older version starts sessions that may look, as they could before.
    this.addSql(`
      alter table portal_session add column rights text not null default 'view' check (rights in ('view', 'manage'))`);
    this.addSql(`alter table consent add column portal_session_id text`);
  }
}
