import { Migration } from '@mikro-orm/migrations';

/** What went back of payments is reconciled, too: two more ways to repair a difference. */
export class Migration20261121350000_returns extends Migration {
  override up(): void {
    this.addSql(
      `alter table reconciliation_difference drop constraint reconciliation_difference_repair_check,
         add constraint reconciliation_difference_repair_check
           check (repair in ('settle', 'adopt', 'recreate', 'cancel', 'returns', 'refund', 'person'))`,
    );
  }
}
