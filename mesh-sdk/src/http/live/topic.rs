//! The events of a topic, from a position of all its partitions.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::Event as Frame;
use mesh_events::{EventError, EventLog, Position, Reader};
use mesh_platform::problem::{Problem, codes};

use super::outlet::{Ended, Outlet};
use super::start::{Start, unknown};

/// Events that are in memory at once.
const AT_ONCE: usize = 16;
const LONG: Duration = Duration::from_secs(3600);

pub(super) struct TopicFeed {
    pub(super) log: Arc<dyn EventLog>,
    pub(super) topic: String,
}

pub(super) struct TopicReading {
    reader: Box<dyn Reader>,
    next: Next,
}

/// The offset that is wanted next of each partition: `0:12,1:7`.
#[derive(Debug, PartialEq)]
struct Next(Vec<u64>);

impl TopicFeed {
    pub(super) async fn open(&self, start: Start) -> Result<TopicReading, Problem> {
        let ends = self.log.ends(&self.topic).await.map_err(unreadable)?;
        let mut next = match start {
            Start::Next => Next(ends.clone()),
            Start::Beginning => Next(Vec::new()),
            Start::Behind(id) => id.parse().map_err(|()| {
                unknown("write an id as it came, such as 0:12,1:7 for offsets 12 and 7 of two partitions")
            })?,
        };
        let reader = self.log.reader(&self.topic, &next.0).await;
        let reader = reader.map_err(unreadable)?;
        // The topic may have got partitions since; they are read from their beginning.
        next.0.resize(ends.len(), 0);
        Ok(TopicReading { reader, next })
    }
}

impl TopicReading {
    pub(super) async fn run(mut self, outlet: Outlet) -> Result<Infallible, Ended> {
        outlet.begin(self.next.to_string()).await?;
        loop {
            for received in self.reader.next(AT_ONCE, LONG).await? {
                self.next.pass(received.position);
                let frame = match &received.event {
                    Ok(event) => Frame::default()
                        .event(line(&event.kind))
                        .data(event.to_cloudevents_json()),
                    Err(_) => left_out(received.position),
                };
                outlet.send(frame.id(self.next.to_string())).await?;
            }
        }
    }
}

fn left_out(position: Position) -> Frame {
    let Position { partition, offset } = position;
    Frame::default().comment(format!(
        "offset {offset} of partition {partition} holds no readable event"
    ))
}

/// A text as one line: a field of a frame has no other.
fn line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

fn unreadable(error: EventError) -> Problem {
    match error {
        EventError::OffsetOutOfRange { .. } | EventError::UnknownPartition { .. } => {
            unknown(&error.to_string())
        }
        error => Problem::caused(&codes::UNAVAILABLE, error)
            .with_detail("the event log cannot be read at the moment"),
    }
}

impl Next {
    fn pass(&mut self, position: Position) {
        if let Some(next) = self.0.get_mut(position.partition as usize) {
            *next = position.offset + 1;
        }
    }
}

impl fmt::Display for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (partition, offset) in self.0.iter().enumerate() {
            let comma = if partition == 0 { "" } else { "," };
            write!(f, "{comma}{partition}:{offset}")?;
        }
        Ok(())
    }
}

impl FromStr for Next {
    type Err = ();

    fn from_str(id: &str) -> Result<Next, ()> {
        let offset = |(partition, part): (usize, &str)| {
            let (named, offset) = part.split_once(':')?;
            (named.parse() == Ok(partition)).then_some(offset.parse().ok()?)
        };
        let offsets = id.split(',').enumerate().map(offset);
        offsets.collect::<Option<_>>().map(Next).ok_or(())
    }
}

#[cfg(test)]
mod tests;
