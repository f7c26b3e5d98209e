SELECT CASE r.relkind WHEN 'f' THEN 'foreign table' ELSE 'table' END AS kind,
       'pg_class'::regclass::oid::bigint AS class, r.oid::bigint AS id,
       r.shown_name AS "table", r.shown_name AS name,
       json_build_array(
           json_build_array('made by', CASE WHEN r.relkind <> 'f' AND r.reloftype = 0 THEN
               'CREATE ' || CASE r.relpersistence WHEN 'u' THEN 'UNLOGGED ' ELSE '' END
               || 'TABLE ' || r.sql END),
           json_build_array('options', CASE WHEN r.relkind = 'f' OR r.reloftype <> 0 THEN
                  'of a kind of its own' ELSE nullif(
               CASE WHEN r.relispartition THEN '' ELSE coalesce(' INHERITS (' || (
                   SELECT string_agg(coalesce(u.sql, h.inhparent::regclass::text), ', ' ORDER BY h.inhseqno)
                   FROM pg_inherits h LEFT JOIN rel u ON u.oid = h.inhparent
                   WHERE h.inhrelid = r.oid) || ')', '') END
               || CASE WHEN r.relkind = 'p' THEN ' PARTITION BY ' || pg_get_partkeydef(r.oid) ELSE '' END
               || CASE WHEN r.relkind = 'r' AND m.amname <> 'heap' THEN ' USING ' || quote_ident(m.amname) ELSE '' END
               || coalesce(' WITH (' || nullif(concat_ws(', ', (
                   SELECT string_agg(quote_ident(o.option_name) || ' = ' || quote_literal(o.option_value), ', ' ORDER BY 1)
                   FROM pg_options_to_table(r.reloptions) o), (
                   SELECT string_agg('toast.' || quote_ident(o.option_name) || ' = ' || quote_literal(o.option_value), ', ' ORDER BY 1)
                   FROM pg_options_to_table((SELECT t.reloptions FROM pg_class t WHERE t.oid = r.reltoastrelid)) o)), '')
                   || ')', ''), '') END),
           json_build_array('order of columns', (
               SELECT string_agg(a.attname, ', ' ORDER BY a.attnum) FROM pg_attribute a
               WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped)),
           json_build_array('partition', 'ALTER TABLE ONLY ' || pr.sql || ' ATTACH PARTITION ' || r.sql || ' '
               || pg_get_expr(r.relpartbound, r.oid)),
           json_build_array('row security', CASE WHEN r.relrowsecurity THEN
               'ALTER TABLE ' || r.sql || ' ENABLE ROW LEVEL SECURITY' END),
           json_build_array('row security of the owner', CASE WHEN r.relforcerowsecurity THEN
               'ALTER TABLE ' || r.sql || ' FORCE ROW LEVEL SECURITY' END),
           json_build_array('replica identity', CASE r.relreplident
               WHEN 'f' THEN 'ALTER TABLE ONLY ' || r.sql || ' REPLICA IDENTITY FULL'
               WHEN 'n' THEN 'ALTER TABLE ONLY ' || r.sql || ' REPLICA IDENTITY NOTHING' END),
           json_build_array('comment', 'COMMENT ON ' || CASE r.relkind WHEN 'f' THEN 'FOREIGN ' ELSE '' END
               || 'TABLE ' || r.sql || ' IS ' || quote_literal(obj_description(r.oid, 'pg_class'))),
           json_build_array('privileges', {privileges r.relacl|'r'|r.relowner|'TABLE ' || r.sql|''})
       )::text AS facts, CASE WHEN NOT r.is_current THEN r.nspname END::text AS space,
       ({raw r:pg_class})::text AS raw,
       json_build_object('sql', r.sql, 'partition_of', pr.oid::bigint)::text AS extra
FROM rel r LEFT JOIN pg_am m ON m.oid = r.relam
LEFT JOIN pg_inherits h ON h.inhrelid = r.oid AND r.relispartition
LEFT JOIN rel pr ON pr.oid = h.inhparent
WHERE r.relkind IN ('r', 'p', 'f')
