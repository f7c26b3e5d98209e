SELECT 'sequence' AS kind, 'pg_class'::regclass::oid::bigint AS class, r.oid::bigint AS id,
       o.shown_name AS "table", r.shown_name AS name,
       json_build_array(
           json_build_array('definition', 'CREATE ' || CASE r.relpersistence WHEN 'u' THEN 'UNLOGGED ' ELSE '' END
               || 'SEQUENCE ' || r.sql || ' AS ' || q.seqtypid::regtype || ' START WITH ' || q.seqstart
               || ' INCREMENT BY ' || q.seqincrement || ' MINVALUE ' || q.seqmin || ' MAXVALUE ' || q.seqmax
               || ' CACHE ' || q.seqcache || CASE WHEN q.seqcycle THEN ' CYCLE' ELSE '' END),
           json_build_array('owner', (
               SELECT 'ALTER SEQUENCE ' || r.sql || ' OWNED BY ' || t.sql || '.' || quote_ident(a.attname)
               FROM pg_depend d JOIN rel t ON t.oid = d.refobjid
               JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
               WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype = 'a'
                 AND d.refclassid = 'pg_class'::regclass)),
           json_build_array('comment', 'COMMENT ON SEQUENCE ' || r.sql || ' IS '
               || quote_literal(obj_description(r.oid, 'pg_class'))),
           json_build_array('privileges', {privileges r.relacl|'s'|r.relowner|'SEQUENCE ' || r.sql|''})
       )::text AS facts, CASE WHEN NOT r.is_current THEN r.nspname END::text AS space,
       ({raw q:pg_sequence} || {raw r:pg_class})::text AS raw,
       json_build_object('owner', o.oid::bigint)::text AS extra
FROM rel r JOIN pg_sequence q ON q.seqrelid = r.oid
LEFT JOIN pg_depend w ON w.classid = 'pg_class'::regclass AND w.objid = r.oid AND w.deptype = 'a'
    AND w.refclassid = 'pg_class'::regclass
LEFT JOIN rel o ON o.oid = w.refobjid
WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid
                  AND d.deptype = 'i')
