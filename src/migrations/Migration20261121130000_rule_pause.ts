import { Migration } from '@mikro-orm/migrations';

/** A rule pauses by itself when what it buys is no longer offered as it was agreed to. */
export class Migration20261121130000_rule_pause extends Migration {
  override up(): void {
    this.addSql(`alter table top_up_rule add column pause_reason text not null default ''`);
    this.addSql(
      `create index top_up_rule_pack_index on top_up_rule (tenant_id, environment_id, pack_id) where pack_id is not null`,
    );
  }
}
