-- What customers say and what they get for it.

create table public.feedback (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  location_id uuid not null references public.locations (id) on delete cascade,
  rating smallint not null check (rating between 1 and 5),
  comment text not null default '' check (length(comment) <= 1000),
  status text not null default 'received'
    check (status in ('received', 'review', 'approved', 'rejected')),
  score smallint check (score between 0 and 100),
  sentiment text check (sentiment in ('positive', 'neutral', 'negative')),
  topics text[] not null default '{}',
  created_at timestamptz not null default now(),
  analysed_at timestamptz
);
create index feedback_business_id on public.feedback (business_id, created_at desc);
create index feedback_location_id on public.feedback (location_id);

create table public.rewards (
  id uuid primary key default gen_random_uuid(),
  feedback_id uuid not null unique references public.feedback (id) on delete cascade,
  business_id uuid not null references public.businesses (id) on delete cascade,
  amount_ore integer not null check (amount_ore > 0),
  currency text not null default 'SEK' check (currency = 'SEK'),
  created_at timestamptz not null default now()
);
create index rewards_business_id on public.rewards (business_id, created_at desc);
create index rewards_created_at on public.rewards (created_at);

-- Feedback and its analysis job are one fact: the database makes the job, so
-- neither exists without the other.
create function public.enqueue_analysis() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  insert into public.jobs (kind, payload, dedupe_key)
  values (
    'ai_analysis',
    jsonb_build_object('feedback_id', new.id),
    'ai_analysis:' || new.id
  )
  on conflict do nothing;
  return null;
end
$$;
create trigger feedback_is_analysed after insert on public.feedback
  for each row execute function public.enqueue_analysis();

-- Approved feedback is rewarded once, whoever approved it: 5 kr and 20 öre a point.
create function public.grant_reward() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  insert into public.rewards (feedback_id, business_id, amount_ore)
  values (new.id, new.business_id, 500 + 20 * coalesce(new.score, 0))
  on conflict (feedback_id) do nothing;
  return null;
end
$$;
create trigger approved_feedback_is_rewarded after update of status on public.feedback
  for each row when (new.status = 'approved' and old.status <> 'approved')
  execute function public.grant_reward();

revoke execute on function public.enqueue_analysis(), public.grant_reward() from public;

alter table public.feedback enable row level security;
alter table public.rewards enable row level security;

revoke all on public.feedback, public.rewards from anon, authenticated;
grant all on public.feedback, public.rewards to service_role;
grant insert (id, business_id, location_id, rating, comment) on public.feedback to anon;
grant select (id, status, score) on public.feedback to anon;
grant select on public.feedback to authenticated;
grant update (status) on public.feedback to authenticated;
grant select on public.rewards to anon, authenticated;

create policy anyone_leaves_feedback on public.feedback
  for insert to anon
  with check (
    exists (
      select 1 from public.locations as place
      where place.id = location_id and place.business_id = feedback.business_id
    )
  );
create policy a_customer_sees_the_feedback_of_the_claim on public.feedback
  for select to anon
  using (id = (select public.request_claim('feedback_id'))::uuid);
create policy owners_see_their_feedback on public.feedback
  for select to authenticated
  using (business_id in (select id from public.businesses where owner_id = (select auth.uid())));
create policy owners_decide_what_needs_review on public.feedback
  for update to authenticated
  using (
    status = 'review'
    and business_id in (select id from public.businesses where owner_id = (select auth.uid()))
  )
  with check (status in ('approved', 'rejected'));
create policy service_manages_feedback on public.feedback
  for all to service_role using (true) with check (true);

create policy a_customer_sees_the_reward_of_the_claim on public.rewards
  for select to anon
  using (feedback_id = (select public.request_claim('feedback_id'))::uuid);
create policy owners_see_their_rewards on public.rewards
  for select to authenticated
  using (business_id in (select id from public.businesses where owner_id = (select auth.uid())));
create policy service_manages_rewards on public.rewards
  for all to service_role using (true) with check (true);
