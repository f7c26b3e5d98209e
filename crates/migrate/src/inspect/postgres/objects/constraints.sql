SELECT CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique constraint' WHEN 'f' THEN 'foreign key'
                      WHEN 'c' THEN 'check' ELSE 'exclusion constraint' END AS kind,
       'pg_constraint'::regclass::oid::bigint AS class, k.oid::bigint AS id,
       r.shown_name AS "table", k.conname::text AS name,
       json_build_array(
           json_build_array('definition', pg_get_constraintdef(k.oid)),
           json_build_array('index options', 'ALTER INDEX ' || x.sql || ' SET ('
               || array_to_string(x.reloptions, ', ') || ')'),
           json_build_array('partition', 'ALTER INDEX ' || px.sql || ' ATTACH PARTITION ' || x.sql),
           json_build_array('clustered', CASE WHEN i.indisclustered THEN
               'ALTER TABLE ' || r.sql || ' CLUSTER ON ' || quote_ident(x.relname) END),
           json_build_array('replica identity', CASE WHEN i.indisreplident THEN
               'ALTER TABLE ONLY ' || r.sql || ' REPLICA IDENTITY USING INDEX ' || quote_ident(x.relname) END),
           json_build_array('comment on the index', 'COMMENT ON INDEX ' || x.sql || ' IS '
               || quote_literal(obj_description(x.oid, 'pg_class'))),
           json_build_array('comment', 'COMMENT ON CONSTRAINT ' || quote_ident(k.conname) || ' ON ' || r.sql
               || ' IS ' || quote_literal(obj_description(k.oid, 'pg_constraint')))
       )::text AS facts, CASE WHEN NOT r.is_current THEN r.nspname END::text AS space,
       ({raw k:pg_constraint} || coalesce({raw i:pg_index}, '{}'))::text AS raw,
       json_build_object('relation', r.oid::bigint, 'partition_of', nullif(k.conparentid, 0)::bigint,
           'is_inline', k.contype = 'c' AND k.convalidated
                        OR k.contype IN ('p', 'u', 'x') AND NOT r.relispartition AND r.relkind = 'r',
           'add', 'ALTER TABLE ' || CASE WHEN k.contype IN ('p', 'u', 'x') THEN 'ONLY ' ELSE '' END || r.sql
                  || ' ADD CONSTRAINT ' || quote_ident(k.conname) || ' ',
           'inline', 'CONSTRAINT ' || quote_ident(k.conname) || ' ')::text AS extra
FROM pg_constraint k JOIN rel r ON r.oid = k.conrelid
LEFT JOIN rel x ON x.oid = k.conindid AND k.contype IN ('p', 'u', 'x')
LEFT JOIN pg_index i ON i.indexrelid = x.oid
LEFT JOIN pg_inherits h ON h.inhrelid = x.oid
LEFT JOIN rel px ON px.oid = h.inhparent
WHERE k.contype IN ('p', 'u', 'f', 'c', 'x') AND r.relkind IN ('r', 'p')
  AND (k.contype <> 'f' OR k.conparentid = 0)
  AND (k.contype <> 'c' OR k.conislocal OR r.relispartition)
ORDER BY r.oid, array_position('{p,u,x,c,f}'::"char"[], k.contype), k.conname
