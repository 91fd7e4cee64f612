//! From a feed to its client.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::{HeaderValue, header};
use axum::response::sse::{Event as Frame, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use mesh_events::EventError;
use mesh_platform::identity::Caller;
use mesh_platform::server::Closing;
use mesh_platform::telemetry::Chain;
use mesh_storage::StorageError;
use tokio::sync::mpsc;

use crate::streams::{Place, Streams};

/// Between two comments that keep a quiet connection open.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a client may take for one frame.
const PATIENCE: Duration = Duration::from_secs(60);
/// What a client is told to wait before it asks again.
const RETRY: Duration = Duration::from_secs(1);

/// Where a feed puts its frames.
pub(super) struct Outlet(mpsc::Sender<Frame>);

/// Why a feed does not go on.
#[derive(Debug, thiserror::Error)]
pub(super) enum Ended {
    #[error("the client is gone, or takes nothing any more")]
    Unread,
    #[error("{}", Chain(.0))]
    Events(#[from] EventError),
    #[error("{}", .0.without_values())]
    Storage(#[from] StorageError),
}

impl Outlet {
    /// The first frame: where the stream begins, so that a client that is cut off before the first event misses none.
    pub(super) async fn begin(&self, id: String) -> Result<(), Ended> {
        self.send(Frame::default().retry(RETRY).id(id)).await
    }

    pub(super) async fn send(&self, frame: Frame) -> Result<(), Ended> {
        let sent = self.0.send_timeout(frame, PATIENCE).await;
        sent.map_err(|_| Ended::Unread)
    }
}

/// What ends a stream from outside.
pub(super) struct Ends {
    streams: Streams,
    closing: Closing,
    token: Duration,
}

impl Ends {
    pub(super) fn new(streams: &Streams, caller: &Caller, closing: Closing) -> Ends {
        Ends {
            streams: streams.clone(),
            closing,
            token: caller.remaining(),
        }
    }
}

/// Answers with what `feed` puts out, until one of `ends`, or the client has gone.
pub(super) fn answer<F>(place: Place, ends: Ends, feed: impl FnOnce(Outlet) -> F) -> Response
where
    F: Future<Output = Result<Infallible, Ended>> + Send + 'static,
{
    let (frames, mut taken) = mpsc::channel(1);
    let feed = feed(Outlet(frames.clone()));
    let streams = ends.streams.clone();
    streams.spawn(async move {
        let _place = place;
        tokio::select! {
            () = ends.streams.stopped() => {}
            () = ends.closing.begun() => {}
            () = tokio::time::sleep(ends.token) => {}
            () = frames.closed() => {}
            Err(ended) = feed => match ended {
                Ended::Unread => {}
                failed => tracing::warn!(error = %failed, "a stream was cut"),
            },
        }
    });
    let frames = stream::poll_fn(move |context| taken.poll_recv(context));
    let events = Sse::new(frames.map(Ok::<_, Infallible>));
    let mut response = events
        .keep_alive(KeepAlive::new().interval(HEARTBEAT))
        .into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies of the nginx family would hold events back.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}
