//! The rules both homes keep, so that what one accepts and where it puts it is the same in the other.

use std::collections::BTreeMap;

use crate::{Event, EventError};

/// The largest [`Event::size`].
pub const MAX_EVENT_BYTES: usize = 4 * 1024 * 1024;

/// The most partitions a topic may have.
pub const MAX_PARTITIONS: u32 = 10_000;

const MAX_TOPIC_NAME: usize = 249;

/// The partition of `key` among `partitions` (at least 1): CRC-32 (IEEE) of its UTF-8 bytes, modulo `partitions`.
///
/// It is what librdkafka calls the `consistent` partitioner, so that its clients in other languages agree with it. It
/// must never change: a subject whose events move to another partition loses their order.
pub fn partition_for(key: &str, partitions: u32) -> u32 {
    crc32fast::hash(key.as_bytes()) % partitions
}

pub(crate) fn check_topic(topic: &str, partitions: u32) -> Result<(), EventError> {
    let invalid = |reason: String| {
        Err(EventError::InvalidTopic {
            topic: topic.to_owned(),
            reason,
        })
    };
    if topic.is_empty() || topic.len() > MAX_TOPIC_NAME || topic == "." || topic == ".." {
        return invalid(format!(
            "a name has 1 to {MAX_TOPIC_NAME} characters and is neither . nor .."
        ));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if !topic.chars().all(allowed) {
        return invalid("a name has only a-z A-Z 0-9 . _ -".to_owned());
    }
    if !(1..=MAX_PARTITIONS).contains(&partitions) {
        return invalid(format!("it has 1 to {MAX_PARTITIONS} partitions"));
    }
    Ok(())
}

pub(crate) fn check_events(events: &[Event]) -> Result<(), EventError> {
    for (index, event) in events.iter().enumerate() {
        check_event(event).map_err(|reason| EventError::InvalidEvent { index, reason })?;
        let bytes = event.size();
        if bytes > MAX_EVENT_BYTES {
            return Err(EventError::EventTooLarge {
                index,
                bytes,
                limit: MAX_EVENT_BYTES,
            });
        }
    }
    Ok(())
}

/// Why `event` is none, if it is none.
pub(crate) fn check_event(event: &Event) -> Result<(), &'static str> {
    let texts = [
        (Some(&event.id), "id must not be empty"),
        (Some(&event.source), "source must not be empty"),
        (Some(&event.kind), "type must not be empty"),
        (event.subject.as_ref(), "subject must not be empty"),
        (event.schema.as_ref(), "dataschema must not be empty"),
        (
            event.correlation.as_ref(),
            "correlationid must not be empty",
        ),
    ];
    let empty = |text: Option<&String>| text.is_some_and(String::is_empty);
    match texts.into_iter().find(|(text, _)| empty(*text)) {
        Some((_, reason)) => Err(reason),
        None if event.data.is_empty() => Err("data must be a JSON document"),
        None => Ok(()),
    }
}

/// Whether reading can start at `asked` of a partition that holds `first..end`.
pub(crate) fn check_start(
    topic: &str,
    partition: u32,
    asked: u64,
    first: u64,
    end: u64,
) -> Result<(), EventError> {
    if asked > end || (asked != 0 && asked < first) {
        return Err(EventError::OffsetOutOfRange {
            topic: topic.to_owned(),
            partition,
            asked,
            first,
            end,
        });
    }
    Ok(())
}

/// The offset to start each of `partitions` at: that of `from`, or 0 beyond its end.
pub(crate) fn start_offsets(
    topic: &str,
    from: &[u64],
    partitions: u32,
) -> Result<BTreeMap<u32, u64>, EventError> {
    if from.len() > partitions as usize {
        return Err(EventError::UnknownPartition {
            topic: topic.to_owned(),
            partitions,
            asked: from.len(),
        });
    }
    let offsets = from.iter().copied().chain(std::iter::repeat(0));
    Ok((0..partitions).zip(offsets).collect())
}

#[cfg(test)]
mod tests;
