//! One layer of values, as a source of the crate `config`.

use ::config::{ConfigError, Map, Source, Value};

/// Values of one file, of the variables of one place, or of the flags.
///
/// Each value travels in a list of one. The crate replaces a list as a whole; a table it would
/// merge key by key, and forget where that was set.
#[derive(Clone, Debug, Default)]
pub(super) struct Layer(Vec<(String, Value)>);

impl Layer {
    pub(super) fn set(&mut self, key: String, value: Value) {
        self.0.push((key, value));
    }

    /// Lays another layer over this one.
    pub(super) fn append(&mut self, mut stronger: Self) {
        self.0.append(&mut stronger.0);
    }
}

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ConfigError> {
        let lists = self
            .0
            .iter()
            .map(|(key, value)| (key.clone(), vec![value.clone()].into()));
        Ok(lists.collect())
    }
}
