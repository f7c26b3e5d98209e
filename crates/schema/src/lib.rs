//! What evolves a schema: names computed from a convention, versioned changes, generated entities.
//! It knows no domain.
