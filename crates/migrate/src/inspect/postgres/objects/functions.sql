SELECT CASE p.prokind WHEN 'a' THEN 'aggregate' ELSE 'function' END AS kind,
       'pg_proc'::regclass::oid::bigint AS class, p.oid::bigint AS id,
       NULL::text AS "table",
       s.shown || p.proname
           || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS name,
       json_build_array(
           json_build_array('definition', CASE WHEN p.prokind <> 'a' THEN
               rtrim(regexp_replace(
                   CASE WHEN s.is_current
                        THEN replace(pg_get_functiondef(p.oid),
                                     ' ' || quote_ident(s.nspname) || '.' || quote_ident(p.proname) || '(',
                                     ' ' || quote_ident(p.proname) || '(')
                        ELSE pg_get_functiondef(p.oid) END, '^CREATE OR REPLACE ', 'CREATE '), E'\n')
               ELSE 'CREATE AGGREGATE ' || s.prefix || quote_ident(p.proname) || '('
                   || CASE WHEN p.pronargs = 0 THEN '*' ELSE pg_get_function_arguments(p.oid) END || ') (SFUNC = '
                   || a.aggtransfn::regproc || ', STYPE = ' || format_type(a.aggtranstype, NULL)
                   || CASE WHEN a.aggtransspace <> 0 THEN ', SSPACE = ' || a.aggtransspace ELSE '' END
                   || CASE WHEN a.aggfinalfn <> 0 THEN ', FINALFUNC = ' || a.aggfinalfn::regproc ELSE '' END
                   || CASE WHEN a.aggfinalextra THEN ', FINALFUNC_EXTRA' ELSE '' END
                   || CASE WHEN a.aggfinalmodify <> CASE a.aggkind WHEN 'n' THEN 'r' ELSE 'w' END::"char"
                           THEN ', FINALFUNC_MODIFY = ' || CASE a.aggfinalmodify WHEN 'r' THEN 'READ_ONLY'
                                WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END ELSE '' END
                   || CASE WHEN a.aggcombinefn <> 0 THEN ', COMBINEFUNC = ' || a.aggcombinefn::regproc ELSE '' END
                   || CASE WHEN a.aggserialfn <> 0 THEN ', SERIALFUNC = ' || a.aggserialfn::regproc ELSE '' END
                   || CASE WHEN a.aggdeserialfn <> 0 THEN ', DESERIALFUNC = ' || a.aggdeserialfn::regproc ELSE '' END
                   || coalesce(', INITCOND = ' || quote_literal(a.agginitval), '')
                   || CASE WHEN a.aggmtransfn <> 0 THEN ', MSFUNC = ' || a.aggmtransfn::regproc
                           || ', MINVFUNC = ' || a.aggminvtransfn::regproc
                           || ', MSTYPE = ' || format_type(a.aggmtranstype, NULL)
                           || CASE WHEN a.aggmtransspace <> 0 THEN ', MSSPACE = ' || a.aggmtransspace ELSE '' END
                           || CASE WHEN a.aggmfinalfn <> 0 THEN ', MFINALFUNC = ' || a.aggmfinalfn::regproc ELSE '' END
                           || CASE WHEN a.aggmfinalextra THEN ', MFINALFUNC_EXTRA' ELSE '' END
                           || coalesce(', MINITCOND = ' || quote_literal(a.aggminitval), '') ELSE '' END
                   || CASE WHEN a.aggsortop <> 0 THEN ', SORTOP = ' || (
                           SELECT 'OPERATOR(' || quote_ident(n.nspname) || '.' || o.oprname || ')'
                           FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
                           WHERE o.oid = a.aggsortop) ELSE '' END
                   || CASE WHEN p.proparallel = 's' THEN ', PARALLEL = SAFE'
                           WHEN p.proparallel = 'r' THEN ', PARALLEL = RESTRICTED' ELSE '' END
                   || CASE WHEN a.aggkind = 'h' THEN ', HYPOTHETICAL' ELSE '' END || ')'
               END),
           json_build_array('comment', 'COMMENT ON ' || k.word || s.prefix || quote_ident(p.proname)
               || '(' || k.arguments || ') IS '
               || quote_literal(obj_description(p.oid, 'pg_proc'))),
           json_build_array('privileges', {privileges p.proacl|'f'|p.proowner|CASE p.prokind WHEN 'p' THEN 'PROCEDURE ' ELSE 'FUNCTION ' END || s.prefix || quote_ident(p.proname) || '(' || k.arguments || ')'|''})
       )::text AS facts, CASE WHEN NOT s.is_current THEN s.nspname END::text AS space,
       ({raw p:pg_proc})::text AS raw, NULL::text AS extra
FROM pg_proc p JOIN space s ON s.oid = p.pronamespace
LEFT JOIN pg_aggregate a ON a.aggfnoid = p.oid
CROSS JOIN LATERAL (SELECT
    CASE p.prokind WHEN 'a' THEN 'AGGREGATE ' WHEN 'p' THEN 'PROCEDURE ' ELSE 'FUNCTION ' END AS word,
    CASE WHEN p.prokind = 'a' AND p.pronargs = 0 THEN '*'
         ELSE pg_get_function_identity_arguments(p.oid) END AS arguments) k
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_proc'::regclass AND m.objid = p.oid)
  -- What a range type brings along.
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                  AND d.deptype = 'i')
