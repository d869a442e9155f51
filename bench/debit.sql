-- A debit as one function, for pgbench: the same rows in the same tables as the service writes for one, without HTTP.
create table bench_wallet (number int primary key, id text not null, shard smallint generated always as (shard_of(id)) stored);

create function bench_debit(wallet_number int) returns void language plpgsql as $$
declare
  w wallet;
  l record;
  amount constant numeric := 1;
  uncovered numeric := amount;
  taken numeric;
  request_key constant text := gen_random_uuid()::text;
  at timestamptz(3);
  entry_id text;
  consumed text[] := '{}';
  takings numeric[] := '{}';
  leavings numeric[] := '{}';
begin
  -- Locked first, read in the next statement: the lots must be seen as the holder of the lock before has left them.
  select wallet.* into w from bench_wallet b join wallet on wallet.shard = b.shard and wallet.id = b.id
    where b.number = wallet_number for no key update of wallet;
  perform 1 from idempotency_key i
    where i.tenant_id = w.tenant_id and i.environment_id = w.environment_id and i.key = request_key;
  if found then return; end if;
  at := greatest(clock_timestamp(), w.last_entry_at);
  entry_id := 'wtxn_' || lpad(to_hex((extract(epoch from clock_timestamp()) * 1000000)::bigint), 16, '0')
    || substr(md5(random()::text), 1, 10);
  for l in
    select id, remaining, held from lot
    where shard = w.shard and wallet_id = w.id and is_open and (expires_at is null or expires_at > at)
    order by priority nulls last, expires_at nulls last, granted desc, created_at, id
  loop
    taken := least(l.remaining - l.held, uncovered);
    continue when taken <= 0;
    update lot set remaining = remaining - taken, is_open = remaining > taken where shard = w.shard and wallet_id = w.id and id = l.id;
    consumed := consumed || l.id;
    takings := takings || -taken;
    leavings := leavings || (l.remaining - taken);
    uncovered := uncovered - taken;
    exit when uncovered = 0;
  end loop;
  if uncovered > 0 then raise exception 'insufficient credits'; end if;
  insert into entry
    (shard, wallet_id, id, tenant_id, environment_id, customer_id, currency, sequence, type, credits, balance_before,
     balance_after, debt_change, rate, reason, counter_account, reference_type, reference_id, description, metadata,
     idempotency_key, request_id, hash, created_at, created_by)
  values
    (w.shard, w.id, entry_id, w.tenant_id, w.environment_id, w.customer_id, w.currency, w.sequence + 1, 'debit', -amount,
     w.credit_balance, w.credit_balance - amount, 0, w.conversion_rate, 'MANUAL_BALANCE_DEBIT', 'usage', 'REQUEST',
     entry_id, '', jsonb_build_object('consumed_credit_tx_ids', array_to_string(consumed, ',')), request_key, 'req_' || request_key,
     encode(sha256(convert_to(w.last_entry_hash || w.id || entry_id || w.credit_balance || request_key, 'UTF8')), 'hex'), at,
     w.created_by);
  insert into entry_lot (shard, wallet_id, entry_id, lot_id, kind, credits, sequence, remaining_after)
    select w.shard, w.id, entry_id, lot_id, 'consume', credits, w.sequence + 1, remaining_after
    from unnest(consumed, takings, leavings) as links (lot_id, credits, remaining_after);
  update wallet set credit_balance = credit_balance - amount, sequence = sequence + 1, version = version + 1, last_entry_at = at,
      last_entry_hash = (select hash from entry e where e.shard = w.shard and e.wallet_id = w.id and e.id = entry_id), updated_at = at
    where shard = w.shard and id = w.id returning * into w;
  insert into ledger_figure (shard, environment_id, day, currency, id, tenant_id, conversion_rate, reason, counter_account,
      entries, credits, purchased, free, charged_minor)
    values (w.shard, w.environment_id, to_char(at at time zone 'utc', 'YYYY-MM-DD'), w.currency, entry_id, w.tenant_id,
      w.conversion_rate, 'MANUAL_BALANCE_DEBIT', 'usage', 1, -amount, 0, -amount, 0);
  insert into idempotency_key (shard, tenant_id, environment_id, key, request_hash, outcome, body, created_at)
    values (w.shard, w.tenant_id, w.environment_id, request_key, w.last_entry_hash, 'answer', row_to_json(w)::text, at);
end $$;
