SELECT 'extension' AS kind, 'pg_extension'::regclass::oid::bigint AS class, x.oid::bigint AS id,
       NULL::text AS "table", x.extname::text AS name,
       json_build_array(
           json_build_array('definition', 'CREATE EXTENSION IF NOT EXISTS ' || quote_ident(x.extname)
               || CASE WHEN n.nspname IN (current_schema(), 'pg_catalog')
                         OR EXISTS (SELECT FROM member m WHERE m.objid = n.oid
                                    AND m.classid = 'pg_namespace'::regclass)
                       THEN '' ELSE ' SCHEMA ' || quote_ident(n.nspname) END)
       )::text AS facts, NULL::text AS space,
       NULL::text AS raw, NULL::text AS extra
FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace
WHERE x.oid >= 16384
