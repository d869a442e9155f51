-- Makes the coordinator and its workers one cluster, and the role that the service takes on: who connects to the coordinator
-- as that role reaches the workers as that role, with this password. Run at every start.
\set password `cat "$NODE_PASSWORD_FILE"`
select citus_set_coordinator_host('postgres', 5432);
select citus_add_node(name, 5432) from unnest(array['worker-1', 'worker-2']) as name
where not exists (select from pg_dist_node where nodename = name);
select citus_set_node_property('postgres', 5432, 'shouldhaveshards', false);
select 'create role refill_app login' where not exists (select from pg_roles where rolname = 'refill_app') \gexec
alter role refill_app with login nosuperuser nobypassrls nocreaterole nocreatedb password :'password';
