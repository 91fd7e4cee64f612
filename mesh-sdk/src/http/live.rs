//! `GET /products/{product}/ports/{port}/events` and its like: what happens, as server-sent events.
//!
//! A stream is a task that reads and a body that is sent, with room for one frame between them: who reads slowly is waited
//! for, who does not read at all is let go. Every frame has an id, from which a client goes on that was cut off.

mod outlet;
mod rows;
mod start;
mod topic;

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use mesh_platform::api::{Api, Operation, Schema};
use mesh_platform::identity::{Caller, Scope};
use mesh_platform::problem::{Problem, codes};
use mesh_platform::server::Closing;
use serde_json::json;

use crate::RunningProduct;
use crate::product::Events;
use crate::streams::Streams;

use outlet::Ends;
use rows::RowFeed;
use start::{Asked, Start};
use topic::TopicFeed;

/// After which a client asks whether one of the others has left.
const FULL_PAUSE: u32 = 10;

pub(super) fn api(product: &Arc<RunningProduct>) -> Api {
    let mut api = Api::new();
    let declared = product.product();
    for port in declared.input_ports() {
        let events = format!("the events of input port {}", port.name());
        let feed = topic(product, Events::Port(port.name()));
        api = api.merge(of_topic(
            product,
            &format!("ports/{}", port.name()),
            &events,
            feed,
        ));
    }
    for (port, _, contract) in declared.output_ports() {
        // Of an input port of the same name, the events are the address's.
        let taken = declared
            .input_ports()
            .iter()
            .any(|input| input.name() == port);
        let Some(dataset) = product.datasets.get(port).filter(|_| !taken) else {
            continue;
        };
        let feed = RowFeed {
            dataset: dataset.clone(),
            engine: product.engine.clone(),
            changes: product.changes.clone(),
            source: declared.urn(port, contract),
        };
        api = api.merge(of_rows(product, port, feed));
    }
    for (plan, _) in product.scoring_ports() {
        let events = format!("the answers of model {}", plan.name);
        let feed = topic(product, Events::Model(&plan.name));
        api = api.merge(of_topic(
            product,
            &format!("models/{}", plan.name),
            &events,
            feed,
        ));
    }
    api
}

fn topic(product: &RunningProduct, events: Events<'_>) -> TopicFeed {
    TopicFeed {
        log: product.log.clone(),
        topic: product.product().topic(events),
    }
}

/// What the handlers of one route share.
struct Source<F> {
    streams: Streams,
    feed: F,
}

fn of_topic(product: &RunningProduct, address: &str, events: &str, feed: TopicFeed) -> Api {
    let description = format!(
        "Each event as it comes, as CloudEvents JSON; `event` is its type. An `id` is how far the stream has come in every \
         partition of topic {}. What is on the topic and is no event is left out, with a comment in its place.",
        feed.topic
    );
    let operation = operation(product, address, &format!("Watch {events}"), &description);
    let path = super::path(product, &format!("{address}/events"));
    let streams = product.streams.clone();
    Api::new()
        .route(Method::GET, &path, watch_topic, operation)
        .with_state(Arc::new(Source { streams, feed }))
}

fn of_rows(product: &RunningProduct, port: &str, feed: RowFeed) -> Api {
    let address = format!("ports/{port}");
    let description = "The rows that each new version of the dataset adds, one by one as CloudEvents JSON of type `mesh.row`; an \
         `id` is version and row. Where rows were not only added, or the rows since the `id` cannot be told any more, `event: \
         replaced` comes instead: read the dataset again, and leave out rows of versions that you have read by then.";
    let summary = format!("Watch the rows of output port {port}");
    let operation = operation(product, &address, &summary, description);
    let path = super::path(product, &format!("{address}/events"));
    let streams = product.streams.clone();
    Api::new()
        .route(Method::GET, &path, watch_rows, operation)
        .with_state(Arc::new(Source { streams, feed }))
}

fn operation(product: &RunningProduct, address: &str, summary: &str, what: &str) -> Operation {
    let name = product.product().name();
    let last_id = "The id of the last event that was seen: the stream goes on behind it";
    Operation::new(format!("watch_{name}_{}", address.replace('/', "_")), summary)
        .description(format!(
            "Server-sent events. {what} The stream begins with what comes next, and ends with the token, or when the product \
             is loaded again: ask again then, with the last id."
        ))
        .tag(name)
        .scope(Scope::Query)
        .query_parameter(
            "from",
            "Begin with the oldest there is",
            Schema::inline(json!({ "type": "string", "enum": ["beginning"] })),
        )
        .query_parameter("last_event_id", last_id, Schema::text())
        .header_parameter("Last-Event-ID", last_id, Schema::text())
        .answer(
            StatusCode::OK,
            "The events, as they come",
            "text/event-stream",
            Schema::text(),
        )
        .problems(&[
            &codes::BAD_REQUEST,
            &codes::UNKNOWN_POSITION,
            &codes::TOO_MANY_REQUESTS,
            &codes::UNAVAILABLE,
        ])
}

async fn watch_topic(
    State(source): State<Arc<Source<TopicFeed>>>,
    caller: Caller,
    closing: Closing,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let start = Start::of(&headers, asked)?;
    let place = source.streams.place().ok_or_else(full)?;
    let reading = source.feed.open(start).await?;
    let ends = Ends::new(&source.streams, &caller, closing);
    Ok(outlet::answer(place, ends, |outlet| reading.run(outlet)))
}

async fn watch_rows(
    State(source): State<Arc<Source<RowFeed>>>,
    caller: Caller,
    closing: Closing,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let start = Start::of(&headers, asked)?;
    let place = source.streams.place().ok_or_else(full)?;
    let reading = source.feed.open(start)?;
    let ends = Ends::new(&source.streams, &caller, closing);
    Ok(outlet::answer(place, ends, |outlet| reading.run(outlet)))
}

fn full() -> Problem {
    Problem::new(&codes::TOO_MANY_REQUESTS)
        .with_detail("the product has as many streams open as it may have")
        .with_retry_after(FULL_PAUSE)
}
