//! Connections. axum's own server has no limit on them, none on idle ones or on the size of a head, and waits for
//! ever when it stops.

use std::{
    io,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Router, http::Request};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
    time::{interval, sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::{Closing, Limits};
use crate::telemetry;

/// Pause after the system refused a connection: out of file descriptors is not over at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
const UPKEEP: Duration = Duration::from_secs(5);
/// Requests that one HTTP/2 connection may have open.
const STREAMS: u32 = 128;

/// Serves `router` (HTTP/1.1 and HTTP/2 without TLS) until `stop` is cancelled; then takes no new connection, lets
/// requests under way finish within the drain time, and cuts what is left. Returns when all connections are closed.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: &Limits,
    stop: CancellationToken,
) -> io::Result<()> {
    let builder = builder(limits);
    let free = Arc::new(Semaphore::new(limits.connections));
    let mut open = JoinSet::new();
    let mut upkeep = interval(UPKEEP);
    loop {
        let accepted = async {
            let slot = free.clone().acquire_owned().await;
            (slot, listener.accept().await)
        };
        tokio::select! {
            () = stop.cancelled() => break,
            _ = upkeep.tick() => telemetry::upkeep(),
            Some(_) = open.join_next() => {}
            (slot, stream) = accepted => match stream {
                Ok((stream, _)) => {
                    let connection =
                        connection(stream, builder.clone(), router.clone(), limits.idle_time, stop.clone());
                    open.spawn(async move {
                        let _slot = slot;
                        connection.await;
                    });
                }
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    tracing::error!(%error, "cannot accept connections");
                    sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    let drained = async { while open.join_next().await.is_some() {} };
    if timeout(limits.drain_time, drained).await.is_err() {
        tracing::warn!(
            connections = open.len(),
            "cut connections that did not finish in time"
        );
        open.shutdown().await;
    }
    Ok(())
}

fn builder(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.idle_time)
        .max_buf_size(limits.header_bytes);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(limits.header_bytes).unwrap_or(u32::MAX))
        .max_concurrent_streams(STREAMS)
        .keep_alive_interval(limits.idle_time)
        .keep_alive_timeout(limits.idle_time);
    builder
}

async fn connection(
    stream: TcpStream,
    builder: Builder<TokioExecutor>,
    router: Router,
    idle_time: Duration,
    stop: CancellationToken,
) {
    // Without it, small answers wait for the client's acknowledgement of earlier ones.
    let _ = stream.set_nodelay(true);
    let begun = Arc::new(AtomicBool::new(false));
    let service = router.into_service().map_request({
        let (begun, closing) = (begun.clone(), Closing::new(stop.clone()));
        move |mut request: Request<_>| {
            begun.store(true, Ordering::Relaxed);
            request.extensions_mut().insert(closing.clone());
            request
        }
    });
    let service = TowerToHyperService::new(service);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let mut silence = pin!(sleep(idle_time));
    let mut watches_silence = true;
    let mut stops = false;
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(error, "connection ended early");
                }
                return;
            }
            () = stop.cancelled(), if !stops => {
                stops = true;
                connection.as_mut().graceful_shutdown();
            }
            // The library's own timer only starts once it knows which HTTP version it is talking.
            () = silence.as_mut(), if watches_silence => {
                if !begun.load(Ordering::Relaxed) {
                    return;
                }
                watches_silence = false;
            }
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}
