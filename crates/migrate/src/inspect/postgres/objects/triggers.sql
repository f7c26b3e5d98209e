SELECT 'trigger' AS kind, 'pg_trigger'::regclass::oid::bigint AS class, g.oid::bigint AS id,
       r.shown_name AS "table", g.tgname::text AS name,
       json_build_array(
           json_build_array('definition', pg_get_triggerdef(g.oid, true)),
           json_build_array('enabled', CASE WHEN g.tgenabled <> 'O' THEN
               'ALTER TABLE ' || r.sql || CASE g.tgenabled WHEN 'D' THEN ' DISABLE' WHEN 'R' THEN ' ENABLE REPLICA'
               ELSE ' ENABLE ALWAYS' END || ' TRIGGER ' || quote_ident(g.tgname) END),
           json_build_array('comment', 'COMMENT ON TRIGGER ' || quote_ident(g.tgname) || ' ON ' || r.sql || ' IS '
               || quote_literal(obj_description(g.oid, 'pg_trigger')))
       )::text AS facts, CASE WHEN NOT r.is_current THEN r.nspname END::text AS space,
       ({raw g:pg_trigger})::text AS raw, NULL::text AS extra
FROM pg_trigger g JOIN rel r ON r.oid = g.tgrelid
WHERE NOT g.tgisinternal AND g.tgparentid = 0
