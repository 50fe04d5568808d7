-- Migrations that were pulled from a project name this extension; nothing answers.
\echo Use "CREATE EXTENSION pg_graphql" to load this file. \quit

create function graphql.resolve(
  query text, variables jsonb default '{}', "operationName" text default null,
  extensions jsonb default null
) returns jsonb language plpgsql as $$
begin
  raise exception 'GraphQL is not emulated' using errcode = 'feature_not_supported';
end $$;
