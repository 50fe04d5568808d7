-- The queue of background jobs. Only the service works on it.

create table public.jobs (
  id uuid primary key default gen_random_uuid(),
  kind text not null,
  payload jsonb not null default '{}',
  -- One open job a key: enqueuing the same work twice makes one job.
  dedupe_key text not null,
  status text not null default 'pending'
    check (status in ('pending', 'running', 'done', 'dead')),
  attempts integer not null default 0 check (attempts >= 0),
  run_after timestamptz not null default now(),
  locked_at timestamptz,
  locked_by text,
  last_error text,
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
create unique index jobs_open_dedupe_key on public.jobs (dedupe_key)
  where status in ('pending', 'running');
create index jobs_due on public.jobs (run_after) where status in ('pending', 'running');

create table public.job_dead_letters (
  id uuid primary key default gen_random_uuid(),
  job_id uuid not null unique references public.jobs (id) on delete cascade,
  kind text not null,
  payload jsonb not null,
  attempts integer not null,
  error text not null,
  died_at timestamptz not null default now()
);

create table public.worker_heartbeats (
  worker text primary key,
  build text,
  started_at timestamptz not null default now(),
  beat_at timestamptz not null default now()
);

alter table public.jobs enable row level security;
alter table public.job_dead_letters enable row level security;
alter table public.worker_heartbeats enable row level security;

revoke all on public.jobs, public.job_dead_letters, public.worker_heartbeats
  from anon, authenticated;
grant all on public.jobs, public.job_dead_letters, public.worker_heartbeats to service_role;

create policy service_works_jobs on public.jobs
  for all to service_role using (true) with check (true);
create policy service_keeps_dead_letters on public.job_dead_letters
  for all to service_role using (true) with check (true);
create policy service_beats on public.worker_heartbeats
  for all to service_role using (true) with check (true);
