//! SeaORM models generated from the schema.
