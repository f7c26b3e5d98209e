//! What belongs to a whole database or server.

use super::{Catalog, FOLLOWS, Ignored, NUMBER, Name, Named, OWNER, SERVER, Said};

pub(super) const CATALOGS: &[Catalog] = &[
    Catalog {
        name: "pg_auth_members",
        columns: &[
            ("roleid", SERVER),
            ("member", SERVER),
            ("grantor", SERVER),
            ("admin_option", SERVER),
        ],
    },
    Catalog {
        name: "pg_authid",
        columns: &[
            ("oid", SERVER),
            ("rolname", SERVER),
            ("rolsuper", SERVER),
            ("rolinherit", SERVER),
            ("rolcreaterole", SERVER),
            ("rolcreatedb", SERVER),
            ("rolcanlogin", SERVER),
            ("rolreplication", SERVER),
            ("rolbypassrls", SERVER),
            ("rolconnlimit", SERVER),
            ("rolpassword", SERVER),
            ("rolvaliduntil", SERVER),
        ],
    },
    Catalog {
        name: "pg_database",
        columns: &[
            ("oid", SERVER),
            ("datname", SERVER),
            ("datdba", SERVER),
            ("encoding", SERVER),
            ("datlocprovider", SERVER),
            ("datistemplate", SERVER),
            ("datallowconn", SERVER),
            ("datconnlimit", SERVER),
            ("datfrozenxid", SERVER),
            ("datminmxid", SERVER),
            ("dattablespace", SERVER),
            ("datcollate", SERVER),
            ("datctype", SERVER),
            ("daticulocale", SERVER),
            ("datcollversion", SERVER),
            ("datacl", SERVER),
        ],
    },
    Catalog {
        name: "pg_db_role_setting",
        columns: &[
            ("setdatabase", SERVER),
            ("setrole", SERVER),
            ("setconfig", SERVER),
        ],
    },
    Catalog {
        name: "pg_default_acl",
        columns: &[
            ("oid", Named),
            ("defaclrole", Named),
            ("defaclnamespace", Named),
            ("defaclobjtype", Named),
            ("defaclacl", Named),
        ],
    },
    Catalog {
        name: "pg_depend",
        columns: &[
            ("classid", Ignored("the order of the statements follows it")),
            ("objid", Ignored("the order of the statements follows it")),
            (
                "objsubid",
                Ignored("the order of the statements follows it"),
            ),
            (
                "refclassid",
                Ignored("the order of the statements follows it"),
            ),
            (
                "refobjid",
                Ignored("the order of the statements follows it"),
            ),
            (
                "refobjsubid",
                Ignored("the order of the statements follows it"),
            ),
            ("deptype", Ignored("the order of the statements follows it")),
        ],
    },
    Catalog {
        name: "pg_extension",
        columns: &[
            ("oid", NUMBER),
            ("extname", Name),
            ("extowner", OWNER),
            ("extnamespace", Said),
            ("extrelocatable", FOLLOWS),
            (
                "extversion",
                Ignored("what the server has installed; CREATE EXTENSION takes the newest"),
            ),
            ("extconfig", FOLLOWS),
            ("extcondition", FOLLOWS),
        ],
    },
    Catalog {
        name: "pg_foreign_data_wrapper",
        columns: &[
            ("oid", Named),
            ("fdwname", Named),
            ("fdwowner", Named),
            ("fdwhandler", Named),
            ("fdwvalidator", Named),
            ("fdwacl", Named),
            ("fdwoptions", Named),
        ],
    },
    Catalog {
        name: "pg_foreign_server",
        columns: &[
            ("oid", Named),
            ("srvname", Named),
            ("srvowner", Named),
            ("srvfdw", Named),
            ("srvtype", Named),
            ("srvversion", Named),
            ("srvacl", Named),
            ("srvoptions", Named),
        ],
    },
    Catalog {
        name: "pg_init_privs",
        columns: &[
            (
                "objoid",
                Ignored("what extensions and the server grant by themselves"),
            ),
            (
                "classoid",
                Ignored("what extensions and the server grant by themselves"),
            ),
            (
                "objsubid",
                Ignored("what extensions and the server grant by themselves"),
            ),
            (
                "privtype",
                Ignored("what extensions and the server grant by themselves"),
            ),
            (
                "initprivs",
                Ignored("what extensions and the server grant by themselves"),
            ),
        ],
    },
    Catalog {
        name: "pg_largeobject",
        columns: &[
            ("loid", Ignored("data")),
            ("pageno", Ignored("data")),
            ("data", Ignored("data")),
        ],
    },
    Catalog {
        name: "pg_largeobject_metadata",
        columns: &[
            ("oid", Ignored("data")),
            ("lomowner", Ignored("data")),
            ("lomacl", Ignored("data")),
        ],
    },
    Catalog {
        name: "pg_namespace",
        columns: &[
            ("oid", NUMBER),
            ("nspname", Name),
            ("nspowner", OWNER),
            ("nspacl", Said),
        ],
    },
    Catalog {
        name: "pg_parameter_acl",
        columns: &[("oid", SERVER), ("parname", SERVER), ("paracl", SERVER)],
    },
    Catalog {
        name: "pg_publication",
        columns: &[
            ("oid", Named),
            ("pubname", Named),
            ("pubowner", Named),
            ("puballtables", Named),
            ("pubinsert", Named),
            ("pubupdate", Named),
            ("pubdelete", Named),
            ("pubtruncate", Named),
            ("pubviaroot", Named),
        ],
    },
    Catalog {
        name: "pg_publication_namespace",
        columns: &[("oid", Named), ("pnpubid", Named), ("pnnspid", Named)],
    },
    Catalog {
        name: "pg_publication_rel",
        columns: &[
            ("oid", Named),
            ("prpubid", Named),
            ("prrelid", Named),
            ("prqual", Named),
            ("prattrs", Named),
        ],
    },
    Catalog {
        name: "pg_replication_origin",
        columns: &[("roident", SERVER), ("roname", SERVER)],
    },
    Catalog {
        name: "pg_shdepend",
        columns: &[
            ("dbid", SERVER),
            ("classid", SERVER),
            ("objid", SERVER),
            ("objsubid", SERVER),
            ("refclassid", SERVER),
            ("refobjid", SERVER),
            ("deptype", SERVER),
        ],
    },
    Catalog {
        name: "pg_shdescription",
        columns: &[
            ("objoid", SERVER),
            ("classoid", SERVER),
            ("description", SERVER),
        ],
    },
    Catalog {
        name: "pg_shseclabel",
        columns: &[
            ("objoid", SERVER),
            ("classoid", SERVER),
            ("provider", SERVER),
            ("label", SERVER),
        ],
    },
    Catalog {
        name: "pg_subscription",
        columns: &[
            ("oid", SERVER),
            ("subdbid", SERVER),
            ("subskiplsn", SERVER),
            ("subname", SERVER),
            ("subowner", SERVER),
            ("subenabled", SERVER),
            ("subbinary", SERVER),
            ("substream", SERVER),
            ("subtwophasestate", SERVER),
            ("subdisableonerr", SERVER),
            ("subconninfo", SERVER),
            ("subslotname", SERVER),
            ("subsynccommit", SERVER),
            ("subpublications", SERVER),
        ],
    },
    Catalog {
        name: "pg_subscription_rel",
        columns: &[
            ("srsubid", SERVER),
            ("srrelid", SERVER),
            ("srsubstate", SERVER),
            ("srsublsn", SERVER),
        ],
    },
    Catalog {
        name: "pg_tablespace",
        columns: &[
            ("oid", SERVER),
            ("spcname", SERVER),
            ("spcowner", SERVER),
            ("spcacl", SERVER),
            ("spcoptions", SERVER),
        ],
    },
    Catalog {
        name: "pg_user_mapping",
        columns: &[
            (
                "oid",
                Ignored("of a role and a foreign server, which is named"),
            ),
            (
                "umuser",
                Ignored("of a role and a foreign server, which is named"),
            ),
            (
                "umserver",
                Ignored("of a role and a foreign server, which is named"),
            ),
            (
                "umoptions",
                Ignored("of a role and a foreign server, which is named"),
            ),
        ],
    },
];
