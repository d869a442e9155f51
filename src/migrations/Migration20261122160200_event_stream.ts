import { Migration } from '@mikro-orm/migrations';

/** What happens while somebody looks at it (ADR 38). */
export class Migration20261122160200_event_stream extends Migration {
  override up(): void {
    this.addSql(`
      create table event_listener (
        environment_id text primary key,
        tenant_id text not null,
        since timestamptz(3) not null,
        until timestamptz(3) not null
      )`);
    this.addSql(`
      create table streamed_event (
        shard smallint not null,
        environment_id text not null,
        stream_order bigint not null,
        id text not null,
        tenant_id text not null,
        customer_id text not null,
        wallet_id text not null,
        event_type text not null,
        body text not null,
        created_at timestamptz(3) not null,
        primary key (shard, environment_id, stream_order, id),
        constraint streamed_event_shard_check check (shard = shard_of(wallet_id))
      )`);
    this.addSql('create index streamed_event_order_index on streamed_event (environment_id, stream_order, id)');
    this.addSql('create index streamed_event_created_index on streamed_event (created_at)');
    this.addSql('select raise_walls()');
  }
}
