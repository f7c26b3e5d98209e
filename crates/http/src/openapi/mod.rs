//! The API's own description: an OpenAPI 3.1 document made from the handlers, the page that shows it,
//! and a page for each code of an error. All of it comes from the program itself.

mod catalogue;
mod document;
mod examples;
mod html;
mod links;
mod operation;
mod page;
mod responses;
mod routes;
mod schemas;

pub use self::{
    catalogue::ErrorCode,
    document::{About, Described, Document},
};
