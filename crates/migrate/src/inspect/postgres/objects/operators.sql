SELECT 'operator' AS kind, 'pg_operator'::regclass::oid::bigint AS class, o.oid::bigint AS id,
       NULL::text AS "table", s.shown || o.oprname || ' (' || concat_ws(', ', nullif(o.oprleft, 0)::regtype, o.oprright::regtype) || ')' AS name,
       json_build_array(
           json_build_array('definition', 'CREATE OPERATOR ' || s.prefix || o.oprname || ' (FUNCTION = ' || o.oprcode::regproc
               || CASE WHEN o.oprleft <> 0 THEN ', LEFTARG = ' || o.oprleft::regtype ELSE '' END
               || ', RIGHTARG = ' || o.oprright::regtype
               || coalesce((SELECT ', COMMUTATOR = OPERATOR(' || quote_ident(n.nspname) || '.' || c.oprname || ')'
                            FROM pg_operator c JOIN pg_namespace n ON n.oid = c.oprnamespace WHERE c.oid = o.oprcom), '')
               || coalesce((SELECT ', NEGATOR = OPERATOR(' || quote_ident(n.nspname) || '.' || c.oprname || ')'
                            FROM pg_operator c JOIN pg_namespace n ON n.oid = c.oprnamespace WHERE c.oid = o.oprnegate), '')
               || CASE WHEN o.oprrest <> 0 THEN ', RESTRICT = ' || o.oprrest::regproc ELSE '' END
               || CASE WHEN o.oprjoin <> 0 THEN ', JOIN = ' || o.oprjoin::regproc ELSE '' END
               || CASE WHEN o.oprcanhash THEN ', HASHES' ELSE '' END
               || CASE WHEN o.oprcanmerge THEN ', MERGES' ELSE '' END || ')')
       )::text AS facts, CASE WHEN NOT s.is_current THEN s.nspname END::text AS space, NULL::text AS raw, NULL::text AS extra
FROM pg_operator o JOIN space s ON s.oid = o.oprnamespace
WHERE o.oprcode <> 0
  AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_operator'::regclass AND m.objid = o.oid)
UNION ALL
SELECT 'cast', 'pg_cast'::regclass::oid::bigint, c.oid::bigint, NULL,
       format_type(c.castsource, NULL) || ' AS ' || format_type(c.casttarget, NULL),
       json_build_array(
           json_build_array('definition', 'CREATE CAST (' || format_type(c.castsource, NULL) || ' AS '
               || format_type(c.casttarget, NULL) || ')'
               || CASE c.castmethod WHEN 'f' THEN ' WITH FUNCTION ' || c.castfunc::regprocedure
                       WHEN 'i' THEN ' WITH INOUT' ELSE ' WITHOUT FUNCTION' END
               || CASE c.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END)
       )::text, NULL, NULL, NULL
FROM pg_cast c
WHERE c.oid >= 16384
  AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_cast'::regclass AND m.objid = c.oid)
  -- What a range type brings along.
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid
                  AND d.deptype = 'i')
