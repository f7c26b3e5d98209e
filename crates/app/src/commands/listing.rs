//! Lists, of which a command shows a page or all.

use anyhow::Result;
use groundwork_core::page::{Page, PageLimit, PageRequest};

use crate::{cli::List, failure::Refusal};

/// The page that the flags ask for, or all pages in one.
pub(super) async fn read<T>(
    list: &List,
    read: impl AsyncFn(PageRequest) -> Result<Page<T>>,
) -> Result<Page<T>> {
    let mut page = read(request(list)?).await?;
    while list.all && page.next.is_some() {
        let request = PageRequest {
            after: page.next,
            limit: PageLimit::MAX,
        };
        let next = read(request).await?;
        page.items.extend(next.items);
        page.next = next.next;
    }
    Ok(page)
}

fn request(list: &List) -> Result<PageRequest, Refusal> {
    let after = match &list.after {
        Some(text) => {
            let cursor = text.parse();
            Some(cursor.map_err(|_| Refusal::Argument(format!("{text:?} is no cursor")))?)
        }
        None => None,
    };
    let limit = match list.all {
        true => PageLimit::MAX,
        false => PageLimit::new(list.limit).unwrap_or(PageLimit::DEFAULT),
    };
    Ok(PageRequest { after, limit })
}
