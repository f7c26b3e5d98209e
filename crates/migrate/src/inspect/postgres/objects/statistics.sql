SELECT 'extended statistics' AS kind, 'pg_statistic_ext'::regclass::oid::bigint AS class, e.oid::bigint AS id,
       r.shown_name AS "table", s.shown || e.stxname AS name,
       json_build_array(
           json_build_array('definition', CASE WHEN s.is_current THEN
               replace(pg_get_statisticsobjdef(e.oid), 'CREATE STATISTICS ' || quote_ident(s.nspname) || '.',
                       'CREATE STATISTICS ') ELSE pg_get_statisticsobjdef(e.oid) END),
           json_build_array('statistics target', CASE WHEN coalesce(e.stxstattarget, -1) >= 0 THEN
               'ALTER STATISTICS ' || s.prefix || quote_ident(e.stxname) || ' SET STATISTICS ' || e.stxstattarget END),
           json_build_array('comment', 'COMMENT ON STATISTICS ' || s.prefix || quote_ident(e.stxname) || ' IS '
               || quote_literal(obj_description(e.oid, 'pg_statistic_ext')))
       )::text AS facts, CASE WHEN NOT s.is_current THEN s.nspname END::text AS space,
       ({raw e:pg_statistic_ext})::text AS raw, NULL::text AS extra
FROM pg_statistic_ext e JOIN rel r ON r.oid = e.stxrelid JOIN space s ON s.oid = e.stxnamespace
