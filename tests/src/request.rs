use groundwork_test::TestResponse;

/// Sends a request, and reads the whole response.
///
/// # Panics
/// If none comes.
pub async fn send(request: reqwest::RequestBuilder) -> TestResponse {
    let response = request.send().await.expect("an answer");
    TestResponse {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: response.bytes().await.expect("the whole answer"),
    }
}
