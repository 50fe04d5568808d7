-- Who takes part: businesses, the locations whose QR codes customers scan, and
-- the product's own staff. Row level security is switched on in the migration
-- that makes a table, so no table is ever readable without a policy.

-- Supabase grants every new table of `public` to the API roles. Here a role
-- gets what a migration names, nothing else.
alter default privileges in schema public revoke all on tables from anon, authenticated;

-- One claim of the request that is being served, or null.
create function public.request_claim(claim text) returns text
language sql stable
set search_path = ''
as $$
  select nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb ->> claim
$$;

create table public.businesses (
  id uuid primary key default gen_random_uuid(),
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{1,39}$'),
  name text not null check (length(name) between 1 and 120),
  owner_id uuid not null unique,
  access_key_hash text not null,
  created_at timestamptz not null default now()
);
comment on column public.businesses.owner_id is 'The user (auth.uid()) who sees what belongs to this business.';

create table public.locations (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  code text not null unique check (code ~ '^[a-z0-9][a-z0-9-]{1,39}$'),
  name text not null check (length(name) between 1 and 120),
  is_active boolean not null default true,
  created_at timestamptz not null default now()
);
comment on column public.locations.code is 'What the QR code of this location says.';
create index locations_business_id on public.locations (business_id);

create table public.staff (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  access_key_hash text not null,
  is_active boolean not null default true,
  created_at timestamptz not null default now()
);

alter table public.businesses enable row level security;
alter table public.locations enable row level security;
alter table public.staff enable row level security;

revoke all on public.businesses, public.locations, public.staff from anon, authenticated;
grant all on public.businesses, public.locations, public.staff to service_role;
-- The hash of the access key is in no grant of the API roles.
grant select (id, slug, name) on public.businesses to anon;
grant select (id, slug, name, owner_id, created_at) on public.businesses to authenticated;
grant select on public.locations to anon, authenticated;

create policy businesses_are_public_by_name on public.businesses
  for select to anon using (true);
create policy owners_see_their_business on public.businesses
  for select to authenticated using (owner_id = (select auth.uid()));
create policy service_manages_businesses on public.businesses
  for all to service_role using (true) with check (true);

create policy open_locations_are_public on public.locations
  for select to anon using (is_active);
create policy owners_see_their_locations on public.locations
  for select to authenticated
  using (business_id in (select id from public.businesses where owner_id = (select auth.uid())));
create policy service_manages_locations on public.locations
  for all to service_role using (true) with check (true);

create policy service_manages_staff on public.staff
  for all to service_role using (true) with check (true);
