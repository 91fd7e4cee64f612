//! Work that gives way: it runs on a thread of its own, which gets what time the others leave.

use std::thread::JoinHandle;

use thread_priority::{ThreadPriority, set_current_thread_priority};
use tokio::runtime::Handle;
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

/// Joined rather than let go of, also where nobody waits for it any more: glibc may read what a thread leaves after it is gone, if it
/// ends while it is let go of. Not on the spot, as one that gives way takes its time to end.
struct Joined(Option<JoinHandle<()>>);

impl Drop for Joined {
    fn drop(&mut self) {
        if let (Some(thread), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn_blocking(move || drop(thread.join()));
        }
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
    let _thread = Joined(Some(thread));
    result.await.map_err(|_| Ended)
}

#[cfg(test)]
mod tests;
