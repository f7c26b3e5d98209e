SELECT 'row security policy' AS kind, 'pg_policy'::regclass::oid::bigint AS class, y.oid::bigint AS id,
       r.shown_name AS "table", y.polname::text AS name,
       json_build_array(
           json_build_array('definition', 'CREATE POLICY ' || quote_ident(y.polname) || ' ON ' || r.sql
               || CASE WHEN y.polpermissive THEN '' ELSE ' AS RESTRICTIVE' END
               || CASE y.polcmd WHEN 'r' THEN ' FOR SELECT' WHEN 'a' THEN ' FOR INSERT' WHEN 'w' THEN ' FOR UPDATE'
                                WHEN 'd' THEN ' FOR DELETE' ELSE '' END
               || CASE WHEN y.polroles = '{0}' THEN '' ELSE ' TO ' || (
                   SELECT string_agg(quote_ident(o.rolname), ', ' ORDER BY o.rolname)
                   FROM pg_roles o WHERE o.oid = ANY (y.polroles)) END
               || coalesce(' USING (' || pg_get_expr(y.polqual, y.polrelid) || ')', '')
               || coalesce(' WITH CHECK (' || pg_get_expr(y.polwithcheck, y.polrelid) || ')', '')),
           json_build_array('comment', 'COMMENT ON POLICY ' || quote_ident(y.polname) || ' ON ' || r.sql || ' IS '
               || quote_literal(obj_description(y.oid, 'pg_policy')))
       )::text AS facts, CASE WHEN NOT r.is_current THEN r.nspname END::text AS space,
       ({raw y:pg_policy})::text AS raw, NULL::text AS extra
FROM pg_policy y JOIN rel r ON r.oid = y.polrelid
