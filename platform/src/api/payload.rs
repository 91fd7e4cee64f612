//! The body of a request, read whole and never larger than allowed.

use std::time::Duration;

use axum::{
    body::{Body, HttpBody},
    extract::{FromRequest, Request},
    http::{Version, header},
};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;

use crate::problem::{Problem, codes};

/// How long and how much of a refused body is still read, so that a client that only listens after it has sent
/// everything gets to hear why it was refused.
const LINGER: Duration = Duration::from_secs(2);
const LINGER_BYTES: u64 = 64 * 1024 * 1024;
/// Memory set aside for a body on its word alone.
const TRUSTED_BYTES: u64 = 1024 * 1024;

/// The largest body, in bytes, of the routes that the server puts this on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimit(pub(crate) u64);

/// The request's body. Answers `body-too-large` as soon as it is known to be: when the announced length is over
/// the limit, before any byte of it is read.
#[derive(Debug, Clone)]
pub struct Payload(pub Bytes);

impl<S: Sync> FromRequest<S> for Payload {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let BodyLimit(limit) = *request
            .extensions()
            .get()
            .ok_or_else(|| Problem::internal("no server::layers around this route"))?;
        // A client with this header has not sent its body yet: reading on would invite it.
        let lingers =
            request.version() < Version::HTTP_2 && !request.headers().contains_key(header::EXPECT);
        let mut body = request.into_body();
        match read(&mut body, limit).await {
            Ok(bytes) => Ok(Self(bytes)),
            Err(Refused::TooLarge) => {
                if lingers {
                    tokio::spawn(tokio::time::timeout(LINGER, discard(body)));
                }
                Err(Problem::new(&codes::BODY_TOO_LARGE).with_member("limit_bytes", limit))
            }
            Err(Refused::Broken) => Err(Problem::new(&codes::BAD_REQUEST)
                .with_detail("the body ended before its announced length")),
        }
    }
}

enum Refused {
    TooLarge,
    Broken,
}

/// A body of one piece is passed on without copying it.
async fn read(body: &mut Body, limit: u64) -> Result<Bytes, Refused> {
    let announced = body.size_hint().lower();
    if announced > limit {
        return Err(Refused::TooLarge);
    }
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame.map_err(|_| Refused::Broken)?.into_data() else {
            continue;
        };
        let so_far = first.len() + all.len() + piece.len();
        if so_far as u64 > limit {
            return Err(Refused::TooLarge);
        }
        if first.is_empty() && all.is_empty() {
            first = piece;
        } else {
            if all.is_empty() {
                all.reserve(announced.min(TRUSTED_BYTES) as usize);
                all.extend_from_slice(&std::mem::take(&mut first));
            }
            all.extend_from_slice(&piece);
        }
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
}

async fn discard(mut body: Body) {
    let mut left = LINGER_BYTES;
    while let Some(Ok(frame)) = body.frame().await {
        let read = frame.data_ref().map_or(0, |data| data.len() as u64);
        if read > left {
            return;
        }
        left -= read;
    }
}
