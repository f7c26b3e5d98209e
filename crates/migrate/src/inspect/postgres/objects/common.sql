WITH member AS (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
), space AS (
    SELECT n.oid, n.nspname, n.nspname = current_schema() AS is_current,
           CASE WHEN n.nspname = current_schema() THEN '' ELSE quote_ident(n.nspname) || '.' END AS prefix,
           CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname || '.' END AS shown
    FROM pg_namespace n
    WHERE n.nspname = current_schema()
       OR n.nspname !~ '^(pg_.*|information_schema|migrate_scratch_[0-9a-f]{32})$'
), rel AS (
    SELECT c.*, s.is_current, s.nspname, s.prefix || quote_ident(c.relname) AS sql,
           s.shown || c.relname AS shown_name
    FROM pg_class c JOIN space s ON s.oid = c.relnamespace
    WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_class'::regclass AND m.objid = c.oid)
      AND c.relname <> 'seaql_migrations'
)
