//! Prepares the guide for the compiler: `docs/guide/*.md` have the sources of a bookshop, each block
//! with its file in the first line.
//!
//! For each page, `OUT_DIR` is given
//!
//! - a folder with the files as they are at the end of the page, and `{page}.rs`, which declares the
//!   crates in it as modules;
//! - `{page}.md`, the page whose blocks find those crates under their names, for `rustdoc`.
//!
//! `tests.rs` declares the tests of the bookshop at the end.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

/// The package of each folder of the bookshop.
const CRATES: [(&str, &str); 3] = [
    ("entity/", "bookshop_entity"),
    ("migration/", "bookshop_migration"),
    ("shop/", "bookshop"),
];

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let guide = root.join("../docs/guide");
    println!("cargo::rerun-if-changed={}", guide.display());
    let mut files = BTreeMap::new();
    for page in pages(&guide) {
        let text = fs::read_to_string(guide.join(format!("{page}.md"))).unwrap_or_default();
        files.extend(blocks(&text));
        let module = page.split_once('-').map_or(&*page, |(_, name)| name);
        let module = format!("crate::guide::{}", module.replace('-', "_"));
        write(
            &out.join(format!("{page}.md")),
            &for_rustdoc(&text, &module),
        );
        write(&out.join(format!("{page}.rs")), &modules(&out.join(&page)));
        for (path, source) in &files {
            let source = match path.as_str() {
                "migration/src/lib.rs" => registered(source, &files),
                _ => source.clone(),
            };
            write(&out.join(&page).join(path), &inside(&source, path, &module));
        }
        let tests = out.join(&page).join("shop/tests/api.rs");
        write(
            &out.join("tests.rs"),
            &format!("#[path = {tests:?}]\nmod api;\n"),
        );
    }
}

/// The names of the pages, in order.
fn pages(guide: &Path) -> Vec<String> {
    let entries = fs::read_dir(guide).into_iter().flatten().flatten();
    let mut pages: Vec<String> = entries
        .filter_map(|entry| Some(entry.path().file_stem()?.to_str()?.to_owned()))
        .filter(|name| name.starts_with(|c: char| c.is_ascii_digit()))
        .collect();
    pages.sort();
    pages
}

/// The Rust blocks that are files, by path.
fn blocks(page: &str) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("```rust") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            if let Some(path) = file(&block) {
                files.insert(path.to_owned(), block[1..].join("\n") + "\n");
            }
        }
    }
    files
}

/// The file that the first line of a block names.
fn file<'a>(block: &[&'a str]) -> Option<&'a str> {
    let path = block.first()?.strip_prefix("// ")?;
    path.strip_suffix(".rs").map(|_| path)
}

/// The list with the migrations that there are, as `migrate new` registers them.
fn registered(list: &str, files: &BTreeMap<String, String>) -> String {
    let names = files
        .keys()
        .filter_map(|path| path.strip_prefix("migration/src/m2")?.strip_suffix(".rs"));
    let (mut entries, mut modules) = (String::new(), String::new());
    for name in names {
        entries += &format!("Box::new(m2{name}::Migration), ");
        modules += &format!("\nmod m2{name};\n");
    }
    list.replace("vec![]", &format!("vec![{entries}]")) + &modules
}

/// The source of a crate as that of a module. Tests are outside of the library that has the modules.
fn inside(source: &str, path: &str, module: &str) -> String {
    let own = CRATES.iter().find(|(folder, _)| path.starts_with(folder));
    let own = own.map_or("", |(_, name)| name);
    let module = match path.contains("/tests/") {
        true => module.replace("crate::", "acceptance::"),
        false => module.to_owned(),
    };
    let mut source = source.replace("crate::", "self_crate::");
    for (_, name) in CRATES {
        source = source.replace(&format!("{name}::"), &format!("{module}::{name}::"));
    }
    source.replace("self_crate::", &format!("{module}::{own}::"))
}

/// Declares the crates in a folder as modules.
fn modules(folder: &Path) -> String {
    let declared = ["migration", "shop"].map(|name| {
        let path = folder.join(name).join("src/lib.rs");
        let package = match name {
            "shop" => "bookshop",
            _ => "bookshop_migration",
        };
        format!("#[path = {path:?}]\npub mod {package};\n")
    });
    declared.concat() + "pub use super::bookshop_entity;\n"
}

/// The page with blocks that compile alone.
fn for_rustdoc(page: &str, module: &str) -> String {
    let module = module.replace("crate::", "acceptance::");
    let (mut text, mut in_rust) = (String::new(), false);
    for line in page.lines() {
        let opens = line.starts_with("```rust");
        in_rust = opens || (in_rust && line != "```");
        let line = match in_rust && !opens {
            true => standing_alone(line),
            false => line.to_owned(),
        };
        text += &line;
        text.push('\n');
        if opens {
            text += &format!(
                "# #[allow(unused_imports)]\n\
                 # use {module}::{{bookshop, bookshop_entity, bookshop_migration}};\n"
            );
        }
    }
    text
}

/// A line of a file as one that no other file of its crate is beside.
fn standing_alone(line: &str) -> String {
    if let Some(module) = line.strip_prefix("pub mod ") {
        let package = match module {
            "shop;" => "bookshop_entity",
            _ => "bookshop",
        };
        return format!("pub use {package}::{module}");
    }
    line.replace("//!", "//")
        .replace("super::", "bookshop_migration::")
        .replace("crate::", "bookshop::")
}

fn write(path: &Path, text: &str) {
    let written = path
        .parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(path, text));
    if let Err(error) = written {
        println!("cargo::error=cannot write {}: {error}", path.display());
    }
}
