//! A statement that makes something, with what belongs to it.

use groundwork_schema::model::Object;

use crate::inspect::postgres::Key;

/// A statement that makes something, and those about the same that come right after it.
#[derive(Clone, Debug)]
pub(in crate::adopt) struct Node {
    /// What it makes.
    pub(in crate::adopt) object: Object,
    /// The statement; `None` where it is of a kind that is not written.
    pub(in crate::adopt) sql: Option<String>,
    /// What is said about it afterwards.
    pub(in crate::adopt) extras: Vec<Extra>,
    /// What it is about, if it makes no object of its own.
    pub(in crate::adopt) what: Option<String>,
    /// Which of the objects that can be made next is made first: the lowest.
    pub(super) rank: u8,
    /// The number of its catalog, its own number, and 1 for what is no object of its own.
    pub(super) id: NodeId,
    /// Further nodes that it needs, beside those that the server knows of.
    pub(super) needs: Vec<NodeId>,
}

/// What is said about an object that is there: a comment, a privilege, an option.
#[derive(Clone, Debug)]
pub(in crate::adopt) struct Extra {
    pub(in crate::adopt) object: Object,
    pub(in crate::adopt) what: String,
    pub(in crate::adopt) sql: String,
}

pub(super) type NodeId = (Key, u8);
