SELECT i.type AS kind, o.class::oid::bigint AS class, o.oid::bigint AS id,
       NULL::text AS "table", i.identity AS name,
       json_build_array(json_build_array('definition', NULL))::text AS facts, NULL::text AS space, NULL::text AS raw, NULL::text AS extra
FROM (
    SELECT 'pg_opclass'::regclass AS class, oid FROM pg_opclass
    UNION ALL SELECT 'pg_opfamily', oid FROM pg_opfamily
    UNION ALL SELECT 'pg_am', oid FROM pg_am
    UNION ALL SELECT 'pg_language', oid FROM pg_language
    UNION ALL SELECT 'pg_foreign_data_wrapper', oid FROM pg_foreign_data_wrapper
    UNION ALL SELECT 'pg_foreign_server', oid FROM pg_foreign_server
    UNION ALL SELECT 'pg_event_trigger', oid FROM pg_event_trigger
    UNION ALL SELECT 'pg_publication', oid FROM pg_publication
    UNION ALL SELECT 'pg_conversion', oid FROM pg_conversion
    UNION ALL SELECT 'pg_transform', oid FROM pg_transform
    UNION ALL SELECT 'pg_ts_parser', oid FROM pg_ts_parser
    UNION ALL SELECT 'pg_ts_template', oid FROM pg_ts_template
    UNION ALL SELECT 'pg_default_acl', oid FROM pg_default_acl
) o CROSS JOIN LATERAL pg_identify_object(o.class, o.oid, 0) i
WHERE o.oid >= 16384
  AND NOT EXISTS (SELECT FROM member m WHERE m.classid = o.class AND m.objid = o.oid)
  AND coalesce(i.schema, '') !~ '^(pg_.*|information_schema|migrate_scratch_[0-9a-f]{32})$'
UNION ALL
SELECT 'security label', -1, row_number() OVER (), NULL,
       l.provider || ' on ' || coalesce(i.identity, '?'),
       json_build_array(json_build_array('definition', NULL))::text, NULL, NULL, NULL
FROM pg_seclabel l CROSS JOIN LATERAL pg_identify_object(l.classoid, l.objoid, l.objsubid) i
UNION ALL
SELECT 'privilege on the schema', -2, row_number() OVER (), NULL,
       a.privilege_type || ' of ' || CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END,
       json_build_array(json_build_array('definition', NULL))::text, NULL, NULL, NULL
FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) a
WHERE n.nspname = current_schema() AND a.grantee <> n.nspowner
  AND NOT EXISTS (SELECT FROM pg_init_privs i CROSS JOIN LATERAL aclexplode(i.initprivs) b
                  WHERE i.classoid = 'pg_namespace'::regclass AND i.objoid = n.oid
                    AND b.grantee = a.grantee AND b.privilege_type = a.privilege_type)
