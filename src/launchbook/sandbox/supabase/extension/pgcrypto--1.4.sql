-- The binaries come without OpenSSL, and pgcrypto needs it. Digests, HMAC and random
-- bytes are here; passwords (crypt) and PGP say clearly that they are not.
\echo Use "CREATE EXTENSION pgcrypto" to load this file. \quit

-- SHA-1 (FIPS 180-4, section 6.1.2); the server itself begins with SHA-224.
create function @extschema@.pgcrypto_sha1(data bytea) returns bytea
language plpgsql immutable strict parallel safe set search_path = pg_catalog as $$
declare
  mask constant bigint := 4294967295;
  state bigint[] := array[1732584193, 4023233417, 2562383102, 271733878, 3285377520];
  size constant integer := length(data);
  padded bytea := data || '\x80'::bytea
    || decode(repeat('00', ((55 - size) % 64 + 64) % 64), 'hex')
    || int8send(size::bigint * 8);
  w bigint[];
  a bigint; b bigint; c bigint; d bigint; e bigint; f bigint; k bigint; next bigint;
begin
  for block in 0 .. length(padded) / 64 - 1 loop
    w := array_fill(0::bigint, array[80]);
    for i in 0 .. 15 loop
      w[i + 1] := ('x' || encode(substr(padded, block * 64 + i * 4 + 1, 4), 'hex'))::bit(32)::bigint & mask;
    end loop;
    for i in 17 .. 80 loop
      next := w[i - 3] # w[i - 8] # w[i - 14] # w[i - 16];
      w[i] := ((next << 1) | (next >> 31)) & mask;
    end loop;
    a := state[1]; b := state[2]; c := state[3]; d := state[4]; e := state[5];
    for i in 1 .. 80 loop
      if i <= 20 then
        f := (b & c) | ((b # mask) & d); k := 1518500249;
      elsif i <= 40 then
        f := b # c # d; k := 1859775393;
      elsif i <= 60 then
        f := (b & c) | (b & d) | (c & d); k := 2400959708;
      else
        f := b # c # d; k := 3395469782;
      end if;
      next := ((((a << 5) | (a >> 27)) & mask) + f + e + k + w[i]) & mask;
      e := d; d := c; c := ((b << 30) | (b >> 2)) & mask; b := a; a := next;
    end loop;
    state := array[
      (state[1] + a) & mask, (state[2] + b) & mask, (state[3] + c) & mask,
      (state[4] + d) & mask, (state[5] + e) & mask
    ];
  end loop;
  return substr(int8send(state[1]), 5) || substr(int8send(state[2]), 5)
    || substr(int8send(state[3]), 5) || substr(int8send(state[4]), 5)
    || substr(int8send(state[5]), 5);
end $$;

create function @extschema@.digest(data bytea, type text) returns bytea
language plpgsql immutable strict parallel safe set search_path = pg_catalog as $$
begin
  case lower(type)
    when 'md5' then return decode(md5(data), 'hex');
    when 'sha1' then return @extschema@.pgcrypto_sha1(data);
    when 'sha224' then return sha224(data);
    when 'sha256' then return sha256(data);
    when 'sha384' then return sha384(data);
    when 'sha512' then return sha512(data);
    else raise exception 'Cannot use "%": No such hash algorithm', type
      using errcode = 'invalid_parameter_value';
  end case;
end $$;
create function @extschema@.digest(data text, type text) returns bytea
language sql immutable strict parallel safe
return @extschema@.digest(convert_to(data, 'UTF8'), type);

-- RFC 2104.
create function @extschema@.hmac(data bytea, key bytea, type text) returns bytea
language plpgsql immutable strict parallel safe set search_path = pg_catalog as $$
declare
  block constant integer := case when lower(type) in ('sha384', 'sha512') then 128 else 64 end;
  padded bytea := case
    when length(key) > block then @extschema@.digest(key, type) else key end;
  inner_pad bytea;
  outer_pad bytea;
begin
  padded := padded || decode(repeat('00', block - length(padded)), 'hex');
  inner_pad := padded;
  outer_pad := padded;
  for i in 0 .. block - 1 loop
    inner_pad := set_byte(inner_pad, i, get_byte(padded, i) # 54);
    outer_pad := set_byte(outer_pad, i, get_byte(padded, i) # 92);
  end loop;
  return @extschema@.digest(outer_pad || @extschema@.digest(inner_pad || data, type), type);
end $$;
create function @extschema@.hmac(data text, key text, type text) returns bytea
language sql immutable strict parallel safe
return @extschema@.hmac(convert_to(data, 'UTF8'), convert_to(key, 'UTF8'), type);

create function @extschema@.gen_random_uuid() returns uuid
language sql volatile parallel safe return pg_catalog.gen_random_uuid();

-- A random UUID has 122 random bits: two of them fill a block of 256.
create function @extschema@.gen_random_bytes(count integer) returns bytea
language plpgsql volatile strict parallel safe set search_path = pg_catalog as $$
declare
  bytes bytea := '';
begin
  if count not between 1 and 1024 then
    raise exception 'Length not in range' using errcode = 'external_routine_invocation_exception';
  end if;
  while length(bytes) < count loop
    bytes := bytes || sha256(
      uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
    );
  end loop;
  return substr(bytes, 1, count);
end $$;

create function @extschema@.gen_salt(type text) returns text
language plpgsql volatile strict as $$
begin
  raise exception 'gen_salt is not emulated: hash passwords in the application'
    using errcode = 'feature_not_supported';
end $$;
create function @extschema@.gen_salt(type text, rounds integer) returns text
language sql volatile strict return @extschema@.gen_salt(type);
create function @extschema@.crypt(password text, salt text) returns text
language plpgsql immutable strict as $$
begin
  raise exception 'crypt is not emulated: hash passwords in the application'
    using errcode = 'feature_not_supported';
end $$;
