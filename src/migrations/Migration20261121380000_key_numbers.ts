import { Migration } from '@mikro-orm/migrations';

/** An attempt gets another idempotency key where its provider keeps an error under the one before. */
export class Migration20261121380000_key_numbers extends Migration {
  override up(): void {
    this.addSql(`alter table top_up add column key_number int not null default 1`);
  }
}
