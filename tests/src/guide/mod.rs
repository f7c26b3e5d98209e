//! The guide, `docs/guide`: the bookshop as it is at the end of each page, and the blocks of the
//! pages as doc tests. `build.rs` takes the sources out of the pages.

/// The models at the end of the guide, as `migrate entities` writes them. The pages before it use
/// fewer of their columns.
#[path = "entity/src/lib.rs"]
pub mod bookshop_entity;

macro_rules! page {
    ($name:ident, $file:literal) => {
        #[doc = include_str!(concat!(env!("OUT_DIR"), "/", $file, ".md"))]
        pub mod $name {
            include!(concat!(env!("OUT_DIR"), "/", $file, ".rs"));
        }
    };
}

page!(first_service, "01-first-service");
page!(settings, "02-settings");
page!(data, "03-data");
page!(http, "04-http");
page!(files, "05-files");
page!(tests, "06-tests");
page!(schema, "07-schema");
