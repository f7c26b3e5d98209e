SELECT CASE t.typtype WHEN 'e' THEN 'enumerated type' WHEN 'd' THEN 'domain'
                      WHEN 'r' THEN 'range type' WHEN 'c' THEN 'composite type' ELSE 'base type' END AS kind,
       'pg_type'::regclass::oid::bigint AS class, t.oid::bigint AS id,
       NULL::text AS "table", s.shown || t.typname AS name,
       json_build_array(
           json_build_array('definition', CASE t.typtype
               WHEN 'e' THEN 'CREATE TYPE ' || s.prefix || quote_ident(t.typname) || ' AS ENUM ('
                   || coalesce((SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
                       FROM pg_enum e WHERE e.enumtypid = t.oid), '') || ')'
               WHEN 'c' THEN 'CREATE TYPE ' || s.prefix || quote_ident(t.typname) || ' AS ('
                   || coalesce((SELECT string_agg(quote_ident(a.attname) || ' '
                           || format_type(a.atttypid, a.atttypmod)
                           || CASE WHEN a.attcollation <> y.typcollation
                                   THEN ' COLLATE ' || a.attcollation::regcollation ELSE '' END,
                           ', ' ORDER BY a.attnum)
                       FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid
                       WHERE a.attrelid = t.typrelid AND NOT a.attisdropped), '') || ')'
               WHEN 'd' THEN 'CREATE DOMAIN ' || s.prefix || quote_ident(t.typname) || ' AS '
                   || format_type(t.typbasetype, t.typtypmod)
                   || CASE WHEN t.typcollation <> b.typcollation
                           THEN ' COLLATE ' || t.typcollation::regcollation ELSE '' END
                   || coalesce(' DEFAULT ' || coalesce(pg_get_expr(t.typdefaultbin, 0),
                                                       quote_literal(t.typdefault)), '')
                   || CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END
                   || coalesce((SELECT string_agg(' CONSTRAINT ' || quote_ident(k.conname) || ' '
                           || pg_get_constraintdef(k.oid), '' ORDER BY k.conname)
                       FROM pg_constraint k
                       WHERE k.contypid = t.oid AND k.contype = 'c' AND k.convalidated), '')
               WHEN 'r' THEN 'CREATE TYPE ' || s.prefix || quote_ident(t.typname) || ' AS RANGE (subtype = '
                   || format_type(r.rngsubtype, NULL)
                   || coalesce(', multirange_type_name = '
                               || (to_jsonb(r) ->> 'rngmultitypid')::oid::regtype, '')
                   || CASE WHEN o.opcdefault THEN '' ELSE ', subtype_opclass = ' || quote_ident(oc.nspname)
                           || '.' || quote_ident(o.opcname) END
                   || CASE WHEN r.rngcollation = st.typcollation THEN ''
                           ELSE ', collation = ' || r.rngcollation::regcollation END
                   || CASE WHEN r.rngsubdiff <> 0 THEN ', subtype_diff = ' || r.rngsubdiff::regproc ELSE '' END
                   || ')'
               END),
           json_build_array('checks of new values only', CASE WHEN t.typtype = 'd' THEN
               (SELECT string_agg('ALTER DOMAIN ' || s.prefix || quote_ident(t.typname) || ' ADD CONSTRAINT '
                       || quote_ident(k.conname) || ' ' || pg_get_constraintdef(k.oid), E';\n'
                       ORDER BY k.conname)
                FROM pg_constraint k
                WHERE k.contypid = t.oid AND k.contype = 'c' AND NOT k.convalidated) END),
           json_build_array('comment', 'COMMENT ON ' || CASE t.typtype WHEN 'd' THEN 'DOMAIN ' ELSE 'TYPE ' END
               || s.prefix || quote_ident(t.typname) || ' IS '
               || quote_literal(obj_description(t.oid, 'pg_type'))),
           json_build_array('privileges', {privileges t.typacl|'T'|t.typowner|'TYPE ' || s.prefix || quote_ident(t.typname)|''})
       )::text AS facts, CASE WHEN NOT s.is_current THEN s.nspname END::text AS space,
       ({raw t:pg_type})::text AS raw, NULL::text AS extra
FROM pg_type t JOIN space s ON s.oid = t.typnamespace
LEFT JOIN pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_range r ON r.rngtypid = t.oid
LEFT JOIN pg_opclass o ON o.oid = r.rngsubopc
LEFT JOIN pg_namespace oc ON oc.oid = o.opcnamespace
LEFT JOIN pg_type st ON st.oid = r.rngsubtype
WHERE (t.typtype IN ('e', 'd', 'r')
       OR t.typtype = 'c' AND EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c')
       OR t.typtype = 'b' AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid))
  AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)
