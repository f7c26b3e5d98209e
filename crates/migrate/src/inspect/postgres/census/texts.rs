//! Text search, comments and labels.

use super::{Catalog, NUMBER, Name, Named, OWNER, Said};

pub(super) const CATALOGS: &[Catalog] = &[
    Catalog {
        name: "pg_ts_config",
        columns: &[
            ("oid", NUMBER),
            ("cfgname", Name),
            ("cfgnamespace", Name),
            ("cfgowner", OWNER),
            ("cfgparser", Said),
        ],
    },
    Catalog {
        name: "pg_ts_config_map",
        columns: &[
            ("mapcfg", Name),
            ("maptokentype", Said),
            ("mapseqno", Said),
            ("mapdict", Said),
        ],
    },
    Catalog {
        name: "pg_ts_dict",
        columns: &[
            ("oid", NUMBER),
            ("dictname", Name),
            ("dictnamespace", Name),
            ("dictowner", OWNER),
            ("dicttemplate", Said),
            ("dictinitoption", Said),
        ],
    },
    Catalog {
        name: "pg_ts_parser",
        columns: &[
            ("oid", Named),
            ("prsname", Named),
            ("prsnamespace", Named),
            ("prsstart", Named),
            ("prstoken", Named),
            ("prsend", Named),
            ("prsheadline", Named),
            ("prslextype", Named),
        ],
    },
    Catalog {
        name: "pg_ts_template",
        columns: &[
            ("oid", Named),
            ("tmplname", Named),
            ("tmplnamespace", Named),
            ("tmplinit", Named),
            ("tmpllexize", Named),
        ],
    },
    Catalog {
        name: "pg_description",
        columns: &[
            ("objoid", Name),
            ("classoid", Name),
            ("objsubid", Name),
            ("description", Said),
        ],
    },
    Catalog {
        name: "pg_seclabel",
        columns: &[
            ("objoid", Named),
            ("classoid", Named),
            ("objsubid", Named),
            ("provider", Named),
            ("label", Named),
        ],
    },
];
