use std::time::Duration;

/// Waits until it holds.
///
/// # Panics
/// If it does not within ten seconds.
pub async fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..200 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what}: not within 10 s");
}
