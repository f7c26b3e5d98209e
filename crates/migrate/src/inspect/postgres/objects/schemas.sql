SELECT 'schema' AS kind, 'pg_namespace'::regclass::oid::bigint AS class, n.oid::bigint AS id,
       NULL::text AS "table", n.nspname::text AS name,
       json_build_array(
           json_build_array('definition', CASE
               WHEN s.is_current THEN NULL
               WHEN n.nspname = 'public' THEN 'CREATE SCHEMA IF NOT EXISTS public'
               ELSE 'CREATE SCHEMA ' || quote_ident(n.nspname) END),
           json_build_array('comment', CASE WHEN n.oid >= 16384 AND NOT s.is_current THEN
               'COMMENT ON SCHEMA ' || quote_ident(n.nspname) || ' IS '
               || quote_literal(obj_description(n.oid, 'pg_namespace')) END),
           json_build_array('privileges', CASE WHEN n.oid >= 16384 AND NOT s.is_current THEN
               {privileges n.nspacl|'n'|n.nspowner|'SCHEMA ' || quote_ident(n.nspname)|''} END)
       )::text AS facts, CASE WHEN NOT s.is_current THEN s.nspname END::text AS space,
       NULL::text AS raw, NULL::text AS extra
FROM pg_namespace n JOIN space s ON s.oid = n.oid
WHERE NOT s.is_current AND n.oid >= 16384
  AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_namespace'::regclass AND m.objid = n.oid)
