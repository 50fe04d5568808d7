-- The binaries lack uuid-ossp; RFC 4122 fits into SQL.
\echo Use "CREATE EXTENSION \"uuid-ossp\"" to load this file. \quit

create function @extschema@.uuid_nil() returns uuid
language sql immutable parallel safe return '00000000-0000-0000-0000-000000000000'::uuid;
create function @extschema@.uuid_ns_dns() returns uuid
language sql immutable parallel safe return '6ba7b810-9dad-11d1-80b4-00c04fd430c8'::uuid;
create function @extschema@.uuid_ns_url() returns uuid
language sql immutable parallel safe return '6ba7b811-9dad-11d1-80b4-00c04fd430c8'::uuid;
create function @extschema@.uuid_ns_oid() returns uuid
language sql immutable parallel safe return '6ba7b812-9dad-11d1-80b4-00c04fd430c8'::uuid;
create function @extschema@.uuid_ns_x500() returns uuid
language sql immutable parallel safe return '6ba7b814-9dad-11d1-80b4-00c04fd430c8'::uuid;

create function @extschema@.uuid_generate_v4() returns uuid
language sql volatile parallel safe return pg_catalog.gen_random_uuid();

-- Version 1: 100 ns since 1582-10-15, then a random node (section 4.5).
create function @extschema@.uuid_generate_v1mc() returns uuid
language sql volatile parallel safe set search_path = pg_catalog as $$
  with clock as (
    select lpad(to_hex(
      (extract(epoch from clock_timestamp()) * 10000000)::bigint + 122192928000000000
    ), 16, '0') as ticks, replace(gen_random_uuid()::text, '-', '') as random
  )
  select (
    substr(ticks, 9, 8) || substr(ticks, 5, 4) || '1' || substr(ticks, 2, 3)
    || substr(random, 17, 4) || encode(set_byte(
      decode(substr(random, 21, 12), 'hex'), 0,
      get_byte(decode(substr(random, 21, 2), 'hex'), 0) | 1
    ), 'hex')
  )::uuid from clock
$$;
create function @extschema@.uuid_generate_v1() returns uuid
language sql volatile parallel safe return @extschema@.uuid_generate_v1mc();

create function @extschema@.uuid_generate_v3(namespace uuid, name text) returns uuid
language sql immutable strict parallel safe set search_path = pg_catalog as $$
  with hash as (
    select decode(md5(uuid_send(namespace) || convert_to(name, 'UTF8')), 'hex') as h
  )
  select encode(set_byte(set_byte(h, 6, get_byte(h, 6) & 15 | 48),
    8, get_byte(h, 8) & 63 | 128), 'hex')::uuid from hash
$$;
create function @extschema@.uuid_generate_v5(namespace uuid, name text) returns uuid
language sql immutable strict parallel safe set search_path = pg_catalog as $$
  with hash as (
    select substr(@extschema:pgcrypto@.pgcrypto_sha1(
      uuid_send(namespace) || convert_to(name, 'UTF8')
    ), 1, 16) as h
  )
  select encode(set_byte(set_byte(h, 6, get_byte(h, 6) & 15 | 80),
    8, get_byte(h, 8) & 63 | 128), 'hex')::uuid from hash
$$;
