-- What a Supabase project has before its first migration, as far as this product
-- uses it: for development and tests on a plain PostgreSQL whose superuser has
-- another name (`initdb -U supabase_admin`). Run it as that superuser, then run
-- supabase/migrations/*.sql as the role `postgres`, which is none.

create role anon nologin;
create role authenticated nologin;
create role service_role nologin bypassrls;
create role postgres login password 'local' createrole bypassrls;
grant anon, authenticated, service_role to postgres;
grant all on schema public to postgres;
grant usage on schema public to anon, authenticated, service_role;

create schema auth;
grant usage on schema auth to postgres, anon, authenticated, service_role;

create function auth.uid() returns uuid
language sql stable
as $$
  select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid
$$;

-- Supabase's generous defaults, so that a migration that forgets to take them
-- back fails its test here too.
alter default privileges for role postgres in schema public
  grant all on tables to anon, authenticated, service_role;
