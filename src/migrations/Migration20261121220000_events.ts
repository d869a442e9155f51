import { Migration } from '@mikro-orm/migrations';

/** Wallets count their changes. The default serves the processes of before, which do not know of it. */
export class Migration20261121220000_events extends Migration {
  override up(): void {
    this.addSql(`alter table wallet add column version int not null default 1`);
  }
}
