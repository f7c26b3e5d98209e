SELECT 'text search dictionary' AS kind, 'pg_ts_dict'::regclass::oid::bigint AS class, d.oid::bigint AS id,
       NULL::text AS "table", s.shown || d.dictname AS name,
       json_build_array(
           json_build_array('definition', 'CREATE TEXT SEARCH DICTIONARY ' || s.prefix || quote_ident(d.dictname)
               || ' (TEMPLATE = ' || quote_ident(n.nspname) || '.' || quote_ident(t.tmplname)
               || coalesce(', ' || d.dictinitoption, '') || ')'),
           json_build_array('comment', 'COMMENT ON TEXT SEARCH DICTIONARY ' || s.prefix || quote_ident(d.dictname)
               || ' IS ' || quote_literal(obj_description(d.oid, 'pg_ts_dict')))
       )::text AS facts, CASE WHEN NOT s.is_current THEN s.nspname END::text AS space, NULL::text AS raw, NULL::text AS extra
FROM pg_ts_dict d JOIN space s ON s.oid = d.dictnamespace JOIN pg_ts_template t ON t.oid = d.dicttemplate
JOIN pg_namespace n ON n.oid = t.tmplnamespace
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_ts_dict'::regclass AND m.objid = d.oid)
UNION ALL
SELECT 'text search configuration', 'pg_ts_config'::regclass::oid::bigint, f.oid::bigint,
       NULL, s.shown || f.cfgname,
       json_build_array(
           json_build_array('definition', 'CREATE TEXT SEARCH CONFIGURATION ' || s.prefix || quote_ident(f.cfgname)
               || ' (PARSER = ' || quote_ident(n.nspname) || '.' || quote_ident(p.prsname) || ')'),
           json_build_array('mappings', (
               SELECT string_agg('ALTER TEXT SEARCH CONFIGURATION ' || s.prefix || quote_ident(f.cfgname)
                   || ' ADD MAPPING FOR ' || o.alias || ' WITH ' || o.dicts, E';\n' ORDER BY o.alias)
               FROM (SELECT k.alias, string_agg(g.mapdict::regdictionary::text, ', ' ORDER BY g.mapseqno) AS dicts
                     FROM pg_ts_config_map g JOIN ts_token_type(f.cfgparser) k ON k.tokid = g.maptokentype
                     WHERE g.mapcfg = f.oid GROUP BY k.alias) o)),
           json_build_array('comment', 'COMMENT ON TEXT SEARCH CONFIGURATION ' || s.prefix || quote_ident(f.cfgname)
               || ' IS ' || quote_literal(obj_description(f.oid, 'pg_ts_config')))
       )::text, CASE WHEN NOT s.is_current THEN s.nspname END::text, NULL, NULL
FROM pg_ts_config f JOIN space s ON s.oid = f.cfgnamespace JOIN pg_ts_parser p ON p.oid = f.cfgparser
JOIN pg_namespace n ON n.oid = p.prsnamespace
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_ts_config'::regclass AND m.objid = f.oid)
