//! The templates of a convention, and what fills them in.

use crate::MAX_NAME_BYTES;

/// Hexadecimal digits of the hash that replaces the end of a name that is too long.
const HASH_DIGITS: usize = 10;

/// How constraints are named: a template per kind, in the spirit of SQLAlchemy's
/// `naming_convention`.
///
/// The placeholders are `{table}`, `{columns}` (all columns joined by `_`), `{referred_table}` and
/// `{rule}`; each kind fills in those that it has. A name longer than [`MAX_NAME_BYTES`] is cut at
/// a character boundary and ends in a hash of the whole name, so that it stays the same from run
/// to run and differs where the whole names differ.
///
/// ```
/// use groundwork_naming::Convention;
///
/// const CONVENTION: Convention = Convention {
///     primary_key: "pk_{table}",
///     foreign_key: "fk_{table}_{columns}_{referred_table}",
///     unique: "uq_{table}_{columns}",
///     check: "ck_{table}_{rule}",
///     index: "ix_{table}_{columns}",
///     not_null: "nn_{table}_{columns}",
/// };
///
/// assert_eq!(
///     CONVENTION.foreign_key("scenes", &["project_id"], "projects"),
///     "fk_scenes_project_id_projects",
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Convention {
    /// Template of a primary key: `{table}`, `{columns}`.
    pub primary_key: &'static str,
    /// Template of a foreign key: `{table}`, `{columns}`, `{referred_table}`.
    pub foreign_key: &'static str,
    /// Template of a unique constraint or unique index: `{table}`, `{columns}`.
    pub unique: &'static str,
    /// Template of a check: `{table}`, `{rule}`.
    pub check: &'static str,
    /// Template of an index that is not unique: `{table}`, `{columns}`.
    pub index: &'static str,
    /// Template of the name under which a violated NOT NULL is reported: `{table}`, `{columns}`.
    /// No engine stores such a name.
    pub not_null: &'static str,
}

impl Convention {
    /// The name of a table's primary key.
    #[must_use]
    pub fn primary_key(&self, table: &str) -> String {
        render(self.primary_key, &[("{table}", table)])
    }

    /// The name of the foreign key from `columns` of `table` to `referred_table`.
    #[must_use]
    pub fn foreign_key(&self, table: &str, columns: &[&str], referred_table: &str) -> String {
        render(
            self.foreign_key,
            &[
                ("{table}", table),
                ("{columns}", &columns.join("_")),
                ("{referred_table}", referred_table),
            ],
        )
    }

    /// The name of the unique constraint, or unique index, over `columns` of `table`.
    #[must_use]
    pub fn unique(&self, table: &str, columns: &[&str]) -> String {
        render(
            self.unique,
            &[("{table}", table), ("{columns}", &columns.join("_"))],
        )
    }

    /// The name of the check on `table` that upholds `rule`, a few words in snake case.
    #[must_use]
    pub fn check(&self, table: &str, rule: &str) -> String {
        render(self.check, &[("{table}", table), ("{rule}", rule)])
    }

    /// The name of the index over `columns` of `table` that is not unique.
    #[must_use]
    pub fn index(&self, table: &str, columns: &[&str]) -> String {
        render(
            self.index,
            &[("{table}", table), ("{columns}", &columns.join("_"))],
        )
    }

    /// The name under which a missing value in `column` of `table` is reported. Engines do not
    /// name this rule; errors do.
    #[must_use]
    pub fn not_null(&self, table: &str, column: &str) -> String {
        render(self.not_null, &[("{table}", table), ("{columns}", column)])
    }
}

/// Fills a template in, in one pass: what a value contains is never taken for a placeholder.
fn render(template: &str, values: &[(&str, &str)]) -> String {
    let mut name = String::with_capacity(MAX_NAME_BYTES);
    let mut rest = template;
    while let Some(brace) = rest.find('{') {
        let (before, from_brace) = rest.split_at(brace);
        name.push_str(before);
        let found = values.iter().find(|(key, _)| from_brace.starts_with(key));
        rest = if let Some((key, value)) = found {
            name.push_str(value);
            &from_brace[key.len()..]
        } else {
            name.push('{');
            &from_brace[1..]
        };
    }
    name.push_str(rest);
    cut(name)
}

/// Shortens a name to [`MAX_NAME_BYTES`], with a hash of the whole name at its end.
fn cut(name: String) -> String {
    if name.len() <= MAX_NAME_BYTES {
        return name;
    }
    let hash = blake3::hash(name.as_bytes()).to_hex();
    let keep = name.floor_char_boundary(MAX_NAME_BYTES - HASH_DIGITS - 1);
    format!("{}_{}", &name[..keep], &hash[..HASH_DIGITS])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CONVENTION: Convention = Convention {
        primary_key: "pk_{table}",
        foreign_key: "fk_{table}_{columns}_{referred_table}",
        unique: "uq_{table}_{columns}",
        check: "ck_{table}_{rule}",
        index: "ix_{table}_{columns}",
        not_null: "nn_{table}_{columns}",
    };

    #[test]
    fn names_follow_the_templates() {
        let columns = ["run_id", "stage"];
        assert_eq!(CONVENTION.primary_key("steps"), "pk_steps");
        assert_eq!(
            CONVENTION.foreign_key("steps", &columns, "runs"),
            "fk_steps_run_id_stage_runs"
        );
        assert_eq!(
            CONVENTION.unique("steps", &columns),
            "uq_steps_run_id_stage"
        );
        assert_eq!(CONVENTION.check("steps", "status"), "ck_steps_status");
        assert_eq!(CONVENTION.index("steps", &columns), "ix_steps_run_id_stage");
        assert_eq!(CONVENTION.not_null("steps", "stage"), "nn_steps_stage");
    }

    #[test]
    fn other_templates_are_as_good() {
        let convention = Convention {
            unique: "{table}_{columns}_key",
            ..CONVENTION
        };
        assert_eq!(convention.unique("steps", &["stage"]), "steps_stage_key");
    }

    #[test]
    fn a_value_is_never_taken_for_a_placeholder() {
        assert_eq!(
            CONVENTION.unique("{columns}", &["{table}"]),
            "uq_{columns}_{table}"
        );
    }

    #[test]
    fn a_name_of_63_bytes_stays_whole_and_one_of_64_is_cut() {
        let fits = CONVENTION.primary_key(&"t".repeat(60));
        assert_eq!(fits, format!("pk_{}", "t".repeat(60)));
        let cut = CONVENTION.primary_key(&"t".repeat(61));
        assert_eq!(cut.len(), MAX_NAME_BYTES);
        assert!(cut.starts_with("pk_ttt"));
    }

    #[test]
    fn the_hash_of_a_cut_name_never_changes() {
        // Names are stored in databases: a change here would make every long one wrong.
        assert_eq!(
            CONVENTION.primary_key(&"t".repeat(61)),
            format!("pk_{}_43cfb303d8", "t".repeat(49))
        );
    }

    /// A syllable from some script; of one byte to four in each character.
    fn syllable(number: u64) -> &'static str {
        const SYLLABLES: [&str; 16] = [
            "order",
            "é",
            "zeit_reihe",
            "данные",
            "表",
            "名前",
            "💡",
            "ß",
            "a",
            "user_account",
            "ключ",
            "δ",
            "한국",
            "measurement",
            "x1",
            "🧭🧭",
        ];
        SYLLABLES[usize::try_from(number % 16).unwrap()]
    }

    /// A name of some syllables that no other number gives.
    fn generated(number: u64, salt: u64) -> String {
        let mut mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ salt;
        let mut name = String::new();
        for _ in 0..mixed % 9 {
            mixed = mixed.rotate_left(9).wrapping_mul(0x2545_f491_4f6c_dd1d);
            name.push_str(syllable(mixed >> 40));
            name.push('_');
        }
        format!("{name}{number}")
    }

    #[test]
    fn a_hundred_thousand_tables_and_columns_have_names_that_fit_and_differ() {
        use std::collections::HashMap;
        let (mut owners, mut cut, mut multibyte) = (HashMap::new(), 0, 0);
        for number in 0..100_000_u64 {
            let table = generated(number, 1);
            let (one, other) = (generated(number, 2), generated(number, 3));
            let names = || {
                [
                    CONVENTION.primary_key(&table),
                    CONVENTION.foreign_key(&table, &[&one], &other),
                    CONVENTION.unique(&table, &[&one, &other]),
                    CONVENTION.check(&table, &one),
                    CONVENTION.index(&table, &[&other]),
                ]
            };
            for (name, again) in names().into_iter().zip(names()) {
                assert_eq!(name, again);
                assert!(name.len() <= MAX_NAME_BYTES, "{name}");
                cut += u32::from(name.len() > MAX_NAME_BYTES - 4);
                multibyte += u32::from(!name.is_ascii());
                if let Some(owner) = owners.insert(name.clone(), number) {
                    panic!("{name} belongs to {owner} and to {number}");
                }
            }
        }
        assert_eq!(owners.len(), 500_000);
        // Not all of them were easy.
        assert!(cut > 50_000, "{cut}");
        assert!(multibyte > 250_000, "{multibyte}");
    }

    proptest! {
        #[test]
        fn every_name_fits_and_is_the_same_each_time(table in ".{0,40}", columns in prop::collection::vec(".{0,30}", 1..5), referred in ".{0,40}") {
            let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
            let name = CONVENTION.foreign_key(&table, &columns, &referred);
            prop_assert!(name.len() <= MAX_NAME_BYTES);
            prop_assert_eq!(&name, &CONVENTION.foreign_key(&table, &columns, &referred));
            let whole = format!("fk_{table}_{}_{referred}", columns.join("_"));
            prop_assert_eq!(name == whole, whole.len() <= MAX_NAME_BYTES);
        }

        #[test]
        fn long_names_that_differ_only_at_the_end_stay_apart(stem in "[a-zäö💡]{60,80}", one in "[a-z]{1,5}", other in "[a-z]{1,5}") {
            prop_assume!(one != other);
            let of = |end: &str| CONVENTION.check("projects", &format!("{stem}{end}"));
            prop_assert_ne!(of(&one), of(&other));
        }
    }
}
