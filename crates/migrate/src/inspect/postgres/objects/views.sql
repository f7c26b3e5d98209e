SELECT 'view' AS kind,
       'pg_class'::regclass::oid::bigint AS class, r.oid::bigint AS id,
       NULL::text AS "table", r.shown_name AS name,
       json_build_array(
           json_build_array('definition', 'CREATE '
               || CASE r.relkind WHEN 'm' THEN 'MATERIALIZED ' ELSE '' END || 'VIEW ' || r.sql
               || CASE WHEN m.amname <> 'heap' THEN ' USING ' || quote_ident(m.amname) ELSE '' END
               || coalesce(' WITH (' || (
                   SELECT string_agg(quote_ident(o.option_name) || ' = ' || quote_literal(o.option_value), ', ' ORDER BY 1)
                   FROM pg_options_to_table(r.reloptions) o) || ')', '')
               || E' AS\n' || rtrim(pg_get_viewdef(r.oid), ';')),
           json_build_array('comment', 'COMMENT ON ' || CASE r.relkind WHEN 'm' THEN 'MATERIALIZED ' ELSE '' END
               || 'VIEW ' || r.sql || ' IS ' || quote_literal(obj_description(r.oid, 'pg_class'))),
           json_build_array('privileges', {privileges r.relacl|'r'|r.relowner|'TABLE ' || r.sql|''})
       )::text AS facts, CASE WHEN NOT r.is_current THEN r.nspname END::text AS space,
       ({raw r:pg_class})::text AS raw, NULL::text AS extra
FROM rel r LEFT JOIN pg_am m ON m.oid = r.relam
WHERE r.relkind IN ('v', 'm')
