-- Rewards are paid in weekly batches.

create table public.payment_batches (
  id uuid primary key default gen_random_uuid(),
  -- ISO 8601 week, such as 2026-W05. One batch a week, however often it is run.
  week text not null unique check (week ~ '^\d{4}-W\d{2}$'),
  status text not null default 'running' check (status in ('running', 'completed')),
  processed_count integer not null default 0 check (processed_count >= 0),
  total_ore bigint not null default 0 check (total_ore >= 0),
  started_at timestamptz not null default now(),
  completed_at timestamptz
);

create table public.payments (
  id uuid primary key default gen_random_uuid(),
  batch_id uuid not null references public.payment_batches (id) on delete cascade,
  -- A reward is paid once, whatever happens.
  reward_id uuid not null unique references public.rewards (id),
  business_id uuid not null references public.businesses (id),
  amount_ore integer not null check (amount_ore > 0),
  currency text not null default 'SEK' check (currency = 'SEK'),
  created_at timestamptz not null default now()
);
create index payments_batch_id on public.payments (batch_id);
create index payments_business_id on public.payments (business_id);

alter table public.payment_batches enable row level security;
alter table public.payments enable row level security;

revoke all on public.payment_batches, public.payments from anon, authenticated;
grant all on public.payment_batches, public.payments to service_role;
grant select on public.payments to authenticated;

create policy service_runs_batches on public.payment_batches
  for all to service_role using (true) with check (true);
create policy owners_see_their_payments on public.payments
  for select to authenticated
  using (business_id in (select id from public.businesses where owner_id = (select auth.uid())));
create policy service_manages_payments on public.payments
  for all to service_role using (true) with check (true);
