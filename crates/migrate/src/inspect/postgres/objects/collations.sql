SELECT 'collation' AS kind, 'pg_collation'::regclass::oid::bigint AS class, l.oid::bigint AS id,
       NULL::text AS "table", s.shown || l.collname AS name,
       json_build_array(
           json_build_array('definition', 'CREATE COLLATION ' || s.prefix || quote_ident(l.collname) || ' ('
               || concat_ws(', ', 'provider = ' || CASE l.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
                   CASE WHEN NOT l.collisdeterministic THEN 'deterministic = false' END,
                   'locale = ' || quote_literal(coalesce(to_jsonb(l) ->> 'colllocale', to_jsonb(l) ->> 'colliculocale')),
                   'lc_collate = ' || quote_literal(l.collcollate), 'lc_ctype = ' || quote_literal(l.collctype),
                   'rules = ' || quote_literal(to_jsonb(l) ->> 'collicurules')) || ')'),
           json_build_array('comment', 'COMMENT ON COLLATION ' || s.prefix || quote_ident(l.collname) || ' IS '
               || quote_literal(obj_description(l.oid, 'pg_collation')))
       )::text AS facts, CASE WHEN NOT s.is_current THEN s.nspname END::text AS space,
       ({raw l:pg_collation})::text AS raw, NULL::text AS extra
FROM pg_collation l JOIN space s ON s.oid = l.collnamespace
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_collation'::regclass AND m.objid = l.oid)
