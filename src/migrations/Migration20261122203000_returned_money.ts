import { Migration } from '@mikro-orm/migrations';

/** What an overview sums up of money that went back, by day. */
export class Migration20261122203000_returned_money extends Migration {
  override up(): void {
    this.addSql(`create index refund_finished_index on refund (tenant_id, environment_id, finished_at)
      where refund_status = 'succeeded'`);
    this.addSql(`create index dispute_lost_index on dispute (tenant_id, environment_id, closed_at)
      where dispute_status = 'lost'`);
  }
}
