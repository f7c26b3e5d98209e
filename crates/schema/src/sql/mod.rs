//! SQL as text: its tokens, identifiers and literals, its normal form, and the statements that make
//! a [model](crate::model). All code that reads or writes SQL, here and in tools, uses this module.

mod control;
mod create;
mod default;
mod keywords;
mod normal;
mod quote;
mod token;
mod value;

pub use control::transaction_control;
pub(crate) use create::{
    check, column, column_rest, create_index, foreign_key, primary_key, statements, timing, unique,
};
pub(crate) use default::{default, is_literal};
pub use keywords::AFTER_TYPE;
pub use normal::normal;
pub(crate) use normal::{unquoted, verb};
pub(crate) use quote::{
    bare_identifier, bytes_literal, identifiers, plain_identifier, text_literal,
};
pub use quote::{identifier, literal};
pub use token::{Token, TokenKind, dialect, tokens, tokens_with_span};
pub(crate) use value::inlined;
