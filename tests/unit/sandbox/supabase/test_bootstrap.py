"""What a new project's database holds: roles, schemas, grants, extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

if TYPE_CHECKING:
    from tests.support.supabase_world import Project

pytestmark = pytest.mark.xdist_group("supabase-bootstrap")

USER = "11111111-2222-4333-8444-555555555555"


def rows(project: Project, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in project.run(lambda c: c.fetch(sql))]


def value(project: Project, sql: str) -> Any:
    return project.run(lambda c: c.fetchval(sql))


def test_the_roles_are_those_of_the_vendor(project: Project) -> None:
    found = {
        row[0]: row[1:]
        for row in rows(
            project,
            """select rolname::text, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls,
            rolcanlogin, rolinherit from pg_roles""",
        )
    }
    assert found["postgres"] == (False, True, True, True, True, True)
    assert found["supabase_admin"][0] is True
    assert found["anon"] == (False, False, False, False, False, False)
    assert found["authenticated"] == (False, False, False, False, False, False)
    assert found["service_role"] == (False, False, False, True, False, False)
    assert found["authenticator"] == (False, False, False, False, True, False)


def test_the_authenticator_may_become_each_api_role(project: Project) -> None:
    async def become(connection: Any) -> list[str]:
        names = []
        for role in ("anon", "authenticated", "service_role"):
            await connection.execute(f"set role {role}")
            names.append(await connection.fetchval("select current_user::text"))
            await connection.execute("reset role")
        return names

    assert ["anon", "authenticated", "service_role"] == project.run(become)


def test_row_level_security_sees_the_claims_of_a_request(project: Project) -> None:
    async def work(connection: Any) -> tuple[Any, ...]:
        await connection.execute(
            """create table notes (owner uuid, body text);
            alter table notes enable row level security;
            create policy own on notes to authenticated using (owner = auth.uid());"""
        )
        await connection.execute(
            "insert into notes values ($1, 'mine'), (gen_random_uuid(), 'other')", USER
        )
        async with connection.transaction():
            await connection.execute("set local role authenticated")
            claims = f'{{"sub": "{USER}", "role": "authenticated", "email": "a@b.c"}}'
            await connection.execute(
                "select set_config('request.jwt.claims', $1, true)", claims
            )
            seen = await connection.fetch("select body from notes")
            who = await connection.fetchrow(
                "select auth.uid()::text, auth.role(), auth.email(), auth.jwt() ->> 'sub'"
            )
        return [row["body"] for row in seen], *who

    expected = (["mine"], USER, "authenticated", "a@b.c", USER)
    assert expected == project.run(work)


def test_a_new_table_is_granted_to_the_api_roles(project: Project) -> None:
    async def work(connection: Any) -> list[bool]:
        await connection.execute("create table granted (id serial)")
        return [
            await connection.fetchval(
                "select has_table_privilege($1, 'granted', 'select')", role
            )
            for role in ("anon", "authenticated", "service_role")
        ]

    assert [True, True, True] == project.run(work)


def test_migrations_may_hang_on_users_and_storage(project: Project) -> None:
    async def work(connection: Any) -> str:
        await connection.execute(
            """create table profiles (id uuid primary key references auth.users (id));
            create function new_user() returns trigger language plpgsql security definer
              as $$ begin insert into public.profiles values (new.id); return new; end $$;
            create trigger on_new_user after insert on auth.users
              for each row execute function new_user();
            create policy read_all on storage.objects for select using
              (bucket_id = 'a' and (storage.foldername(name))[1] = auth.uid()::text);
            insert into storage.buckets (id, name) values ('a', 'a');
            alter publication supabase_realtime add table profiles;"""
        )
        await connection.execute("insert into auth.users (email) values ('a@b.c')")
        return str(await connection.fetchval("select count(*) from profiles"))

    assert project.run(work) == "1"


@pytest.mark.parametrize(
    "statement",
    [
        'create extension if not exists "uuid-ossp"',
        "create extension if not exists pgcrypto with schema extensions",
        "create extension if not exists pg_cron",
        "create extension if not exists pg_net with schema extensions",
        "create extension if not exists supabase_vault",
        "create extension if not exists pg_graphql",
        "create extension if not exists pg_stat_statements with schema extensions",
        "create extension if not exists pg_trgm with schema extensions",
        "create extension if not exists vector with schema extensions",
        "create extension if not exists moddatetime with schema extensions",
    ],
)
def test_an_extension_that_migrations_name_is_there(
    project: Project, statement: str
) -> None:
    project.run(lambda c: c.execute(statement))


def test_cron_jobs_are_kept_under_their_names(project: Project) -> None:
    async def work(connection: Any) -> list[tuple[Any, ...]]:
        await connection.execute("create extension if not exists pg_cron")
        sql = "select cron.schedule('nightly', $1, 'select 1')"
        first = await connection.fetchval(sql, "0 3 * * *")
        assert first == await connection.fetchval(sql, "0 4 * * *")
        found = await connection.fetch(
            "select schedule, command, username, active from cron.job"
        )
        assert await connection.fetchval("select cron.unschedule('nightly')")
        with pytest.raises(asyncpg.RaiseError, match="could not find valid entry"):
            await connection.execute("select cron.unschedule('nightly')")
        return [tuple(row) for row in found]

    assert [("0 4 * * *", "select 1", "postgres", True)] == project.run(work)


def test_requests_from_sql_are_queued_and_not_sent(project: Project) -> None:
    async def work(connection: Any) -> tuple[Any, ...]:
        await connection.execute("create extension if not exists pg_net")
        await connection.execute(
            """select net.http_post(url := 'https://example.org', body := '{"a": 1}')"""
        )
        sql = (
            "select method, url, convert_from(body, 'UTF8') from net.http_request_queue"
        )
        return tuple(await connection.fetchrow(sql))

    assert ("POST", "https://example.org", '{"a": 1}') == project.run(work)


def test_the_vault_gives_back_what_it_was_given(project: Project) -> None:
    async def work(connection: Any) -> Any:
        await connection.execute("select vault.create_secret('s3cret', 'key')")
        sql = "select decrypted_secret from vault.decrypted_secrets where name = 'key'"
        return await connection.fetchval(sql)

    assert project.run(work) == "s3cret"


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("digest('abc', 'sha1')", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("digest('', 'sha1')", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        # 56 letters: the length no longer fits into the first block.
        (
            "digest('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq', 'sha1')",
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
        ),
        ("digest('abc', 'md5')", "900150983cd24fb0d6963f7d28e17f72"),
        # RFC 2202 and RFC 4231, test case 2.
        (
            "hmac('what do ya want for nothing?', 'Jefe', 'sha1')",
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
        ),
        (
            "hmac('what do ya want for nothing?', 'Jefe', 'sha256')",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
    ],
)
def test_digests_are_the_published_ones(
    project: Project, sql: str, expected: str
) -> None:
    assert expected == value(project, f"select encode({sql}, 'hex')")


def test_identifiers_by_name_are_the_published_ones(project: Project) -> None:
    sql = "select uuid_generate_v{}(uuid_ns_dns(), 'www.example.com')::text"
    assert value(project, sql.format(3)) == "5df41881-3aed-3515-88a7-2f4a814cf09e"
    assert value(project, sql.format(5)) == "2ed6657d-e927-568b-95e1-2665a8aea6a2"


def test_random_values_have_their_versions_and_lengths(project: Project) -> None:
    sql = """select uuid_extract_version(uuid_generate_v4()),
        uuid_extract_version(uuid_generate_v1()), length(gen_random_bytes(40)),
        uuid_generate_v1() <> uuid_generate_v1(),
        abs(extract(epoch from uuid_extract_timestamp(uuid_generate_v1()) - now())) < 5"""
    assert [(4, 1, 40, True, True)] == rows(project, sql)


def test_what_is_not_emulated_says_so(project: Project) -> None:
    for sql in ("select crypt('a', 'b')", "select gen_salt('bf')"):
        with pytest.raises(asyncpg.FeatureNotSupportedError, match="not emulated"):
            value(project, sql)
