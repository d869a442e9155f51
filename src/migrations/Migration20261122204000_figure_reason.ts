import { Migration } from '@mikro-orm/migrations';

/**
 * A figure's reason is that of entries of the same commit, which have a check of their own. PostgreSQL reads a table's checks
 * anew with each statement that writes it, and fifteen words cost more than the row (ADR 38).
 */
export class Migration20261122204000_figure_reason extends Migration {
  override up(): void {
    this.addSql('alter table ledger_figure drop constraint ledger_figure_reason_check');
  }
}
