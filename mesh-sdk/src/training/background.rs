//! Work that gives way: it runs on a thread of its own, which gets what time the others leave.

use thread_priority::{ThreadPriority, set_current_thread_priority};
use tokio::sync::oneshot;

/// The work ended without a result: it panicked, or there was no thread for it.
#[derive(Debug, thiserror::Error)]
#[error("it ended before it was done; the log says why")]
pub(crate) struct Ended;

/// Lets this thread have what time others leave, and those that it starts.
pub(crate) fn give_way() {
    // Where the system does not let it, the work is done all the same.
    if let Err(error) = set_current_thread_priority(ThreadPriority::Min) {
        tracing::warn!(?error, "a thread cannot be given a low priority");
    }
}

/// Runs `work`, which may take long, and waits for it.
pub(crate) async fn in_the_background<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Ended> {
    let (done, result) = oneshot::channel();
    let thread = std::thread::Builder::new().name(name.to_owned());
    let spawned = thread.spawn(move || {
        give_way();
        // Nobody waits where the process ends.
        let _ = done.send(work());
    });
    let thread = match spawned {
        Ok(thread) => thread,
        Err(error) => {
            tracing::error!(%error, "no thread can be started");
            return Err(Ended);
        }
    };
    let result = result.await;
    // Joined rather than let go of: glibc may read what a thread leaves after it is gone, if it ends while it is let go of. Not here, as
    // one that gives way takes its time to end.
    tokio::task::spawn_blocking(|| drop(thread.join()));
    result.map_err(|_| Ended)
}

#[cfg(test)]
mod tests;
