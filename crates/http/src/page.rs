//! The query of a list: `?after=CURSOR&limit=NUMBER`.

use std::borrow::Cow;

use axum::{extract::FromRequestParts, http::request::Parts};
use groundwork_core::page::{Cursor, PageLimit, PageRequest};
use serde::Deserialize;
use utoipa::{
    IntoParams,
    openapi::path::{Parameter, ParameterIn},
};

use crate::{
    error::{ApiError, FieldError},
    extract::Query,
};

/// Which page of a list is asked for. Other parameters of the query are left to other extractors.
///
/// ```
/// use axum::{Router, routing::get};
/// use groundwork_core::page::{Page, PageRequest};
/// use groundwork_http::{ApiError, Json, PageQuery};
///
/// async fn titles(page: PageRequest) -> Result<Page<String>, ApiError> {
///     # let _ = page;
///     // A query with the limit, and after the cursor.
///     Ok(Page { items: vec!["Dune".to_owned()], next: None })
/// }
///
/// async fn list(PageQuery(page): PageQuery) -> Result<Json<Page<String>>, ApiError> {
///     Ok(Json(titles(page).await?))
/// }
///
/// let _routes: Router = Router::new().route("/api/titles", get(list));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PageQuery(
    /// The page.
    pub PageRequest,
);

/// How many items are asked for, of what has no further pages.
#[derive(Clone, Copy, Debug)]
pub struct LimitQuery(
    /// The most items.
    pub PageLimit,
);

#[derive(Deserialize)]
struct Parameters {
    after: Option<String>,
    limit: Option<String>,
}

/// How the document describes them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes the parameter")]
struct DescribedCursor {
    /// The cursor that the page before gave as `next`, unchanged.
    #[param(pattern = "^([0-9a-f]{16})?[0-9a-f]{32}$")]
    after: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes the parameter")]
struct DescribedLimit {
    /// The most items that are answered.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
}

impl IntoParams for PageQuery {
    fn into_params(parameter_in: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut parameters = DescribedCursor::into_params(&parameter_in);
        parameters.extend(DescribedLimit::into_params(parameter_in));
        parameters
    }
}

impl IntoParams for LimitQuery {
    fn into_params(parameter_in: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        DescribedLimit::into_params(parameter_in)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for LimitQuery {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Query(Parameters { limit, .. }) = Query::from_request_parts(parts, state).await?;
        let mut faults = Vec::new();
        let limit = read_limit(limit, &mut faults);
        match faults.is_empty() {
            true => Ok(Self(limit)),
            false => Err(ApiError::validation(faults)),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PageQuery {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Query(Parameters { after, limit }) = Query::from_request_parts(parts, state).await?;
        let mut faults = Vec::new();
        let after = after.and_then(|text| {
            text.parse::<Cursor>()
                .map_err(|error| faults.push(fault("after", error.to_string())))
                .ok()
        });
        let limit = read_limit(limit, &mut faults);
        if faults.is_empty() {
            Ok(Self(PageRequest { after, limit }))
        } else {
            Err(ApiError::validation(faults))
        }
    }
}

fn read_limit(limit: Option<String>, faults: &mut Vec<FieldError>) -> PageLimit {
    let limit = limit.map_or(Some(PageLimit::DEFAULT), |text| {
        text.parse().ok().and_then(PageLimit::new)
    });
    limit.unwrap_or_else(|| {
        let most = PageLimit::MAX.items();
        faults.push(fault("limit", format!("must be a number from 1 to {most}")));
        PageLimit::DEFAULT
    })
}

fn fault(field: &str, detail: String) -> FieldError {
    FieldError {
        field: Some(field.to_owned()),
        detail,
        code: Cow::Borrowed("INVALID_VALUE"),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use uuid::Uuid;

    use super::*;

    async fn page(query: &str) -> Result<PageRequest, ApiError> {
        let request = Request::get(format!("/things{query}")).body(()).unwrap();
        let (mut parts, ()) = request.into_parts();
        PageQuery::from_request_parts(&mut parts, &())
            .await
            .map(|PageQuery(page)| page)
    }

    #[tokio::test]
    async fn without_a_query_it_is_the_first_page() {
        assert_eq!(page("").await.unwrap(), PageRequest::FIRST);
        assert_eq!(page("?colour=red").await.unwrap(), PageRequest::FIRST);
    }

    #[tokio::test]
    async fn cursor_and_limit_are_taken() {
        let cursor = Cursor::after(Uuid::from_u128(7));
        let page = page(&format!("?after={cursor}&limit=200")).await.unwrap();
        assert_eq!((page.after, page.limit), (Some(cursor), PageLimit::MAX));
    }

    #[tokio::test]
    async fn all_faults_come_at_once() {
        let error = page("?after=yesterday&limit=201").await.unwrap_err();
        let fields: Vec<_> = error
            .body()
            .errors
            .iter()
            .map(|e| e.field.as_deref())
            .collect();
        assert_eq!(fields, [Some("after"), Some("limit")]);
        assert!(page("?limit=0").await.is_err());
        assert!(page("?limit=-1").await.is_err());
    }
}
