-- The login that the service runs as: it owns nothing, and passes no policy by. Run at every start, by the role that owns
-- the database; what the login may is said by the service itself, when it has migrated.
\set password `cat "$APP_PASSWORD_FILE"`
select 'create role refill_service login' where not exists (select from pg_roles where rolname = 'refill_service') \gexec
alter role refill_service with login nosuperuser nobypassrls nocreaterole nocreatedb password :'password';
