use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::{QUIET, Recovery};

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn after_a_failure_it_is_well_once_it_has_shown_it() {
    let (well, stop) = (AtomicBool::new(false), CancellationToken::new());
    let healthy = |it| well.store(it, Ordering::SeqCst);
    let is_well = || well.load(Ordering::SeqCst);
    let mut recovery = Recovery::new(&healthy);
    recovery.begins();
    assert!(is_well());
    assert_eq!(recovery.patience(LONG), LONG);

    recovery.failed();
    assert!(!is_well());
    assert!(recovery.rest(&stop).await);
    recovery.begins();
    assert!(!is_well(), "it has shown nothing yet");
    assert_eq!(recovery.patience(LONG), QUIET);

    recovery.succeeded();
    assert!(is_well());
    assert_eq!(recovery.patience(LONG), LONG);
}

#[tokio::test]
async fn it_tries_again_ever_later() {
    let stop = CancellationToken::new();
    let mut recovery = Recovery::new(&|_| {});
    let mut pauses = Vec::new();
    for _ in 0..2 {
        let (told, begun) = (recovery.failed(), Instant::now());
        assert!(recovery.rest(&stop).await);
        assert!(begun.elapsed() >= told);
        pauses.push(told);
    }
    assert_eq!(recovery.failed(), 2 * pauses[1]);
    assert_eq!(pauses[1], 2 * pauses[0]);
    recovery.succeeded();
    assert_eq!(recovery.failed(), pauses[0]);
}

#[tokio::test]
async fn it_does_not_try_again_once_it_is_to_stop() {
    let stop = CancellationToken::new();
    stop.cancel();
    assert!(!Recovery::new(&|_| {}).rest(&stop).await);
}
