//! Work that gives way: it runs on a thread of its own, which gets what time the others leave.

use thread_priority::{ThreadPriority, set_current_thread_priority};
use tokio::sync::oneshot;

/// The work ended without a result: it panicked, or there was no thread for it.
#[derive(Debug, thiserror::Error)]
#[error("it ended before it was done; the log says why")]
pub(crate) struct Ended;

/// Runs `work`, which may take long, and waits for it. Threads that it starts give way as well.
pub(crate) async fn in_the_background<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Ended> {
    let (done, result) = oneshot::channel();
    let thread = std::thread::Builder::new().name(name.to_owned());
    let spawned = thread.spawn(move || {
        // Where the system does not let it, the work is done all the same.
        if let Err(error) = set_current_thread_priority(ThreadPriority::Min) {
            tracing::warn!(?error, "training cannot be given a low priority");
        }
        // Nobody waits where the process ends.
        let _ = done.send(work());
    });
    if let Err(error) = spawned {
        tracing::error!(%error, "no thread can be started");
        return Err(Ended);
    }
    result.await.map_err(|_| Ended)
}

#[cfg(test)]
mod tests;
