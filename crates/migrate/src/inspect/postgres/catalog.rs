//! The queries, and the shape of their rows. All of them leave out what belongs to extensions.

use sea_orm::FromQueryResult;

pub(super) const TABLES: &str = "\
    SELECT c.relname::text AS name, c.relkind = 'p' AS is_partitioned FROM pg_class c \
    WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relkind IN ('r', 'p') \
      AND NOT c.relispartition AND c.relname <> 'seaql_migrations' \
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass \
                      AND d.objid = c.oid AND d.deptype = 'e') \
    ORDER BY 1";

pub(super) const COLUMNS: &str = "\
    SELECT c.relname::text AS \"table\", a.attname::text AS name, \
           format_type(a.atttypid, a.atttypmod) AS kind, a.attnotnull AS not_null, \
           pg_get_expr(d.adbin, d.adrelid) AS default_value, a.attidentity::text AS identity, \
           a.attgenerated <> '' AS generated, \
           CASE WHEN a.attcollation <> t.typcollation THEN l.collname::text END AS collation, \
           EXISTS (SELECT 1 FROM pg_depend s WHERE s.refclassid = 'pg_class'::regclass \
                   AND s.refobjid = c.oid AND s.refobjsubid = a.attnum AND s.deptype = 'a' \
                   AND s.classid = 'pg_class'::regclass \
                   AND pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%') AS serial \
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
    JOIN pg_type t ON t.oid = a.atttypid \
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum \
    LEFT JOIN pg_collation l ON l.oid = a.attcollation \
    WHERE c.relnamespace = quote_ident(current_schema())::regnamespace \
      AND c.relkind IN ('r', 'p') \
    ORDER BY c.relname, a.attnum";

pub(super) const CONSTRAINTS: &str = "\
    SELECT c.relname::text AS \"table\", k.conname::text AS name, k.contype::text AS kind, \
           (SELECT json_agg(a.attname ORDER BY n.place)::text \
            FROM unnest(k.conkey) WITH ORDINALITY AS n (attnum, place) \
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = n.attnum) AS columns, \
           r.relname::text AS referred_table, \
           (SELECT json_agg(a.attname ORDER BY n.place)::text \
            FROM unnest(k.confkey) WITH ORDINALITY AS n (attnum, place) \
            JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = n.attnum) \
               AS referred_columns, \
           k.confdeltype::text AS on_delete, k.confupdtype::text AS on_update, \
           k.condeferrable AS deferrable, k.condeferred AS deferred, k.convalidated AS valid, \
           coalesce((SELECT (to_jsonb(i) ->> 'indnullsnotdistinct')::boolean FROM pg_index i \
                     WHERE i.indexrelid = k.conindid AND k.contype = 'u'), false) \
               AS nulls_not_distinct, \
           pg_get_expr(k.conbin, k.conrelid) AS expression \
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid \
    LEFT JOIN pg_class r ON r.oid = k.confrelid \
    WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND k.contype IN ('p', 'u', 'f', 'c') \
    ORDER BY c.relname, k.conname";

/// A row for each key of each index that no constraint brought along. What PostgreSQL says of NULLs
/// came with version 15, so that it is asked for in a way that works before, too.
pub(super) const INDEXES: &str = "\
    SELECT c.relname::text AS \"table\", x.relname::text AS \"index\", i.indisunique AS is_unique, \
           coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) \
               AS nulls_not_distinct, \
           m.amname::text AS method, pg_get_expr(i.indpred, i.indrelid) AS predicate, \
           i.indisvalid AS valid, k.place > i.indnkeyatts AS is_included, \
           a.attname::text AS \"column\", \
           pg_get_indexdef(i.indexrelid, k.place::int, false) AS expression, \
           coalesce(o.option & 1, 0) = 1 AS descending, \
           CASE WHEN l.oid <> coalesce(nullif(a.attcollation, 0), t.typcollation) \
                THEN l.collname::text END AS collation, \
           nullif(concat_ws(' ', CASE WHEN NOT p.opcdefault THEN p.opcname END, \
               CASE o.option & 3 WHEN 1 THEN 'NULLS LAST' WHEN 2 THEN 'NULLS FIRST' END), '') \
               AS options \
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid \
    JOIN pg_am m ON m.oid = x.relam \
    CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place) \
    LEFT JOIN LATERAL unnest(i.indoption::int2[]) WITH ORDINALITY AS o (option, place) \
           ON o.place = k.place \
    LEFT JOIN LATERAL unnest(i.indclass::oid[]) WITH ORDINALITY AS q (oid, place) \
           ON q.place = k.place \
    LEFT JOIN LATERAL unnest(i.indcollation::oid[]) WITH ORDINALITY AS z (oid, place) \
           ON z.place = k.place \
    LEFT JOIN pg_opclass p ON p.oid = q.oid \
    LEFT JOIN pg_collation l ON l.oid = z.oid \
    LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND k.attnum > 0 \
    LEFT JOIN pg_attribute e ON e.attrelid = i.indexrelid AND e.attnum = k.place \
    LEFT JOIN pg_type t ON t.oid = e.atttypid \
    WHERE c.relnamespace = quote_ident(current_schema())::regnamespace \
      AND c.relkind IN ('r', 'p') \
      AND NOT EXISTS (SELECT 1 FROM pg_constraint n WHERE n.conindid = i.indexrelid \
                      AND n.contype IN ('p', 'u', 'x')) \
    ORDER BY c.relname, x.relname, k.place";

pub(super) const TRIGGERS: &str = "\
    SELECT c.relname::text AS \"table\", g.tgname::text AS name, \
           pg_get_triggerdef(g.oid, true) AS definition \
    FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid \
    WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND NOT g.tgisinternal \
    ORDER BY c.relname, g.tgname";

pub(super) const VIEWS: &str = "\
    SELECT c.relname::text AS name, c.relkind = 'm' AS materialized, \
           'CREATE ' || CASE c.relkind WHEN 'm' THEN 'MATERIALIZED ' ELSE '' END || 'VIEW ' \
               || quote_ident(c.relname) || ' AS ' || pg_get_viewdef(c.oid) AS definition \
    FROM pg_class c \
    WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relkind IN ('v', 'm') \
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass \
                      AND d.objid = c.oid AND d.deptype = 'e') \
    ORDER BY 1";

/// The name of the schema is left out of a function's definition.
pub(super) const FUNCTIONS: &str = "\
    SELECT p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS signature, \
           replace(pg_get_functiondef(p.oid), \
                   ' ' || quote_ident(current_schema()) || '.' || quote_ident(p.proname) || '(', \
                   ' ' || quote_ident(p.proname) || '(') AS definition \
    FROM pg_proc p \
    WHERE p.pronamespace = quote_ident(current_schema())::regnamespace AND p.prokind IN ('f', 'p') \
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass \
                      AND d.objid = p.oid AND d.deptype = 'e') \
    ORDER BY 1";

pub(super) const ENUMS: &str = "\
    SELECT t.typname::text AS name, e.enumlabel::text AS value \
    FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid \
    WHERE t.typnamespace = quote_ident(current_schema())::regnamespace \
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_type'::regclass \
                      AND d.objid = t.oid AND d.deptype = 'e') \
    ORDER BY 1, e.enumsortorder";

pub(super) const DOMAINS: &str = "\
    SELECT t.typname::text AS name, format_type(t.typbasetype, t.typtypmod) AS kind \
    FROM pg_type t \
    WHERE t.typnamespace = quote_ident(current_schema())::regnamespace AND t.typtype = 'd' \
    ORDER BY 1";

/// What the model has no place for.
pub(super) const OTHERS: &str = "\
    WITH own AS (SELECT quote_ident(current_schema())::regnamespace AS id) \
    SELECT CASE WHEN c.relispartition THEN 'partition' ELSE CASE c.relkind \
               WHEN 'p' THEN 'partitioned table' WHEN 'f' THEN 'foreign table' \
               WHEN 'c' THEN 'composite type' ELSE 'sequence' END END AS kind, \
           c.relname::text AS name \
    FROM pg_class c, own WHERE c.relnamespace = own.id \
      AND (c.relkind IN ('p', 'f', 'c', 'S') OR c.relispartition AND c.relkind = 'r') \
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass \
                      AND d.objid = c.oid \
                      AND (d.deptype = 'e' OR c.relkind = 'S' AND d.deptype IN ('a', 'i'))) \
    UNION ALL \
    SELECT CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'range type' END, t.typname::text \
    FROM pg_type t, own WHERE t.typnamespace = own.id AND t.typtype IN ('d', 'r') \
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_type'::regclass \
                      AND d.objid = t.oid AND d.deptype = 'e') \
    UNION ALL \
    SELECT 'aggregate', p.proname::text FROM pg_proc p, own \
    WHERE p.pronamespace = own.id AND p.prokind IN ('a', 'w') \
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass \
                      AND d.objid = p.oid AND d.deptype = 'e') \
    UNION ALL \
    SELECT 'exclusion constraint', k.conname::text FROM pg_constraint k, own \
    WHERE k.connamespace = own.id AND k.contype = 'x' \
    UNION ALL \
    SELECT 'row security policy', y.polname::text \
    FROM pg_policy y JOIN pg_class c ON c.oid = y.polrelid, own WHERE c.relnamespace = own.id \
    UNION ALL \
    SELECT 'rule', w.rulename::text FROM pg_rewrite w JOIN pg_class c ON c.oid = w.ev_class, own \
    WHERE c.relnamespace = own.id AND w.rulename <> '_RETURN' \
    UNION ALL \
    SELECT 'index of a materialized view', x.relname::text \
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid, own \
    WHERE c.relnamespace = own.id AND c.relkind = 'm' \
    UNION ALL \
    SELECT 'inheritance', c.relname::text \
    FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid, own \
    WHERE c.relnamespace = own.id AND c.relkind = 'r' AND NOT c.relispartition \
    UNION ALL \
    SELECT 'extended statistics', s.stxname::text FROM pg_statistic_ext s, own \
    WHERE s.stxnamespace = own.id \
    ORDER BY 1, 2";

#[derive(FromQueryResult)]
pub(super) struct TableRow {
    pub(super) name: String,
    pub(super) is_partitioned: bool,
}

#[derive(FromQueryResult)]
pub(super) struct ColumnRow {
    pub(super) table: String,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) not_null: bool,
    pub(super) default_value: Option<String>,
    pub(super) identity: String,
    pub(super) generated: bool,
    pub(super) collation: Option<String>,
    pub(super) serial: bool,
}

#[derive(FromQueryResult)]
pub(super) struct ConstraintRow {
    pub(super) table: String,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) columns: Option<String>,
    pub(super) referred_table: Option<String>,
    pub(super) referred_columns: Option<String>,
    pub(super) on_delete: String,
    pub(super) on_update: String,
    pub(super) deferrable: bool,
    pub(super) deferred: bool,
    pub(super) valid: bool,
    pub(super) nulls_not_distinct: bool,
    pub(super) expression: Option<String>,
}

#[derive(FromQueryResult)]
pub(super) struct KeyRow {
    pub(super) table: String,
    pub(super) index: String,
    pub(super) is_unique: bool,
    pub(super) nulls_not_distinct: bool,
    pub(super) method: String,
    pub(super) predicate: Option<String>,
    pub(super) valid: bool,
    pub(super) is_included: bool,
    pub(super) column: Option<String>,
    pub(super) expression: String,
    pub(super) descending: bool,
    pub(super) collation: Option<String>,
    pub(super) options: Option<String>,
}

#[derive(FromQueryResult)]
pub(super) struct TriggerRow {
    pub(super) table: String,
    pub(super) name: String,
    pub(super) definition: String,
}

#[derive(FromQueryResult)]
pub(super) struct ViewRow {
    pub(super) name: String,
    pub(super) materialized: bool,
    pub(super) definition: String,
}

#[derive(FromQueryResult)]
pub(super) struct FunctionRow {
    pub(super) signature: String,
    pub(super) definition: String,
}

#[derive(FromQueryResult)]
pub(super) struct EnumRow {
    pub(super) name: String,
    pub(super) value: String,
}

#[derive(FromQueryResult)]
pub(super) struct DomainRow {
    pub(super) name: String,
    pub(super) kind: String,
}

#[derive(FromQueryResult)]
pub(super) struct OtherRow {
    pub(super) kind: String,
    pub(super) name: String,
}
