//! Lists, of which a command shows a page or all.

use clap::Args;
use groundwork_cli::{CliError, Format, Result};

use groundwork_core::page::{Page, PageLimit, PageRequest};

/// Which part of the list.
#[derive(Args, Debug)]
pub(crate) struct List {
    /// The most to list, 1 to 200
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=200))]
    pub(crate) limit: u64,
    /// List what comes after this cursor, which the page before printed
    #[arg(long, value_name = "CURSOR")]
    pub(crate) after: Option<String>,
    /// List everything, page after page
    #[arg(long, conflicts_with = "limit")]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) format: Format,
}

/// The page that the flags ask for, or all pages in one.
pub(crate) async fn read<T>(
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

fn request(list: &List) -> Result<PageRequest> {
    let read = |text: &str| {
        let cursor = text.parse();
        cursor.map_err(|error| CliError::bad_input(format!("--after {text:?}: {error}")))
    };
    let after = list.after.as_deref().map(read).transpose()?;
    let limit = match list.all {
        true => PageLimit::MAX,
        false => PageLimit::new(list.limit).unwrap_or(PageLimit::DEFAULT),
    };
    Ok(PageRequest { after, limit })
}
