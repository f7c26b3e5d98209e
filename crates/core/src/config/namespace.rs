//! The names under which a program finds its settings, and the texts that are embedded for it.

/// The names under which a program finds its settings. In the namespace `shop` the variable of
/// `http.bind` is `SHOP_HTTP__BIND`, and the rows are in `var/shop.db` by default. Several programs
/// may share a namespace.
///
/// The environments `production` and `test` are part of every namespace, with what usually differs
/// there; files on disk are laid over them.
#[derive(Clone, Debug)]
pub struct Namespace {
    name: &'static str,
    embedded: Vec<(&'static str, &'static str)>,
    sections_of_others: Vec<&'static str>,
}

/// What differs in these environments, in any namespace.
const ENVIRONMENTS: [(&str, &str); 2] = [
    ("production", include_str!("production.yaml")),
    ("test", include_str!("test.yaml")),
];

/// What hosting platforms and other tools call `database.url`; the proper name is stronger.
pub(super) const CUSTOMARY: (&str, &str) = ("DATABASE_URL", "database.url");

/// The end of the names of variables that name a file with the value.
pub(super) const FROM_FILE: &str = "_FILE";

impl Namespace {
    /// The namespace of this name: lower-case letters, digits, `-` and `_`.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            embedded: Vec::new(),
            sections_of_others: Vec::new(),
        }
    }

    /// Embeds a YAML text that is laid over the embedded file of this name: `default`, or an
    /// environment such as `staging`.
    #[must_use]
    pub fn embed(mut self, name: &'static str, yaml: &'static str) -> Self {
        self.embedded.push((name, yaml));
        self
    }

    /// Leaves a section alone that another program of the same namespace reads.
    #[must_use]
    pub fn share(mut self, section: &'static str) -> Self {
        self.sections_of_others.push(section);
        self
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What the names of variables begin with, such as `SHOP_`.
    #[must_use]
    pub fn prefix(&self) -> String {
        format!("{}_", self.name.to_uppercase().replace('-', "_"))
    }

    /// The variable that names the environment; it is no key.
    pub(super) fn environment_variable(&self) -> String {
        self.prefix() + "ENVIRONMENT"
    }

    /// The variable that sets a key.
    pub(super) fn variable_of(&self, key: &str) -> String {
        self.prefix() + &key.to_uppercase().replace('.', "__")
    }

    /// Whether a variable of this name is meant for the program.
    pub(super) fn reads(&self, variable: &str) -> bool {
        let stem = variable.strip_suffix(FROM_FILE).unwrap_or(variable);
        let of_others = |section: &&str| {
            let keys = self.variable_of(section) + "__";
            variable.starts_with(&keys)
        };
        stem == CUSTOMARY.0
            || (variable.starts_with(&self.prefix())
                && !self.sections_of_others.iter().any(of_others))
    }

    /// Whether a key, or a section, of a file is left to another program.
    pub(super) fn leaves_alone(&self, path: &str) -> bool {
        let section = path.split('.').next().unwrap_or(path);
        self.sections_of_others.contains(&section)
    }

    /// The embedded texts that are laid over the defaults under this name: `default`, or an
    /// environment. From weak to strong.
    #[must_use]
    pub fn embedded(&self, name: &str) -> Vec<String> {
        ENVIRONMENTS
            .iter()
            .chain(&self.embedded)
            .filter(|(embedded, _)| *embedded == name)
            .map(|(_, text)| self.fill_in(text))
            .collect()
    }

    /// Puts the name in place of `{program}`, and the prefix in place of `{PROGRAM_}`.
    pub(super) fn fill_in(&self, text: &str) -> String {
        text.replace("{program}", self.name)
            .replace("{PROGRAM_}", &self.prefix())
    }
}
