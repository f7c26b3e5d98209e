SELECT 'index' AS kind, 'pg_class'::regclass::oid::bigint AS class, x.oid::bigint AS id,
       r.shown_name AS "table", CASE WHEN r.is_current THEN x.relname ELSE x.shown_name END AS name,
       json_build_array(
           json_build_array('definition', CASE WHEN r.is_current THEN
               replace(replace(pg_get_indexdef(x.oid),
                   ' ON ONLY ' || quote_ident(r.nspname) || '.' || r.sql || ' USING ', ' ON ONLY ' || r.sql || ' USING '),
                   ' ON ' || quote_ident(r.nspname) || '.' || r.sql || ' USING ', ' ON ' || r.sql || ' USING ')
               ELSE pg_get_indexdef(x.oid) END),
           json_build_array('partition', 'ALTER INDEX ' || px.sql || ' ATTACH PARTITION ' || x.sql),
           json_build_array('statistics target', (
               SELECT string_agg('ALTER INDEX ' || x.sql || ' ALTER COLUMN ' || a.attnum || ' SET STATISTICS '
                   || a.attstattarget, E';\n' ORDER BY a.attnum)
               FROM pg_attribute a WHERE a.attrelid = x.oid AND coalesce(a.attstattarget, -1) >= 0)),
           json_build_array('clustered', CASE WHEN i.indisclustered THEN
               'ALTER TABLE ' || r.sql || ' CLUSTER ON ' || quote_ident(x.relname) END),
           json_build_array('replica identity', CASE WHEN i.indisreplident THEN
               'ALTER TABLE ONLY ' || r.sql || ' REPLICA IDENTITY USING INDEX ' || quote_ident(x.relname) END),
           json_build_array('comment', 'COMMENT ON INDEX ' || x.sql || ' IS '
               || quote_literal(obj_description(x.oid, 'pg_class')))
       )::text AS facts, CASE WHEN NOT r.is_current THEN r.nspname END::text AS space,
       ({raw i:pg_index})::text AS raw,
       json_build_object('relation', r.oid::bigint, 'partition_of', px.oid::bigint)::text AS extra
FROM pg_index i JOIN rel r ON r.oid = i.indrelid JOIN rel x ON x.oid = i.indexrelid
LEFT JOIN pg_inherits h ON h.inhrelid = x.oid
LEFT JOIN rel px ON px.oid = h.inhparent
WHERE r.relkind IN ('r', 'p', 'm')
  AND NOT EXISTS (SELECT FROM pg_constraint n WHERE n.conindid = x.oid AND n.contype IN ('p', 'u', 'x'))
