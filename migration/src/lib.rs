//! The list of changes that make the schema, and the naming convention of its constraints.
