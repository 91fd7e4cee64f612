//! The rules both homes keep, so that what one accepts and where it puts it is the same in the other.

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
        let texts = [
            (event.id.as_str(), "id must not be empty"),
            (event.source.as_str(), "source must not be empty"),
            (event.kind.as_str(), "type must not be empty"),
            (
                event.subject.as_deref().unwrap_or("absent"),
                "subject must not be empty",
            ),
        ];
        if event.data.is_empty() {
            let reason = "data must be a JSON document";
            return Err(EventError::InvalidEvent { index, reason });
        }
        if let Some((_, reason)) = texts.into_iter().find(|(text, _)| text.is_empty()) {
            return Err(EventError::InvalidEvent { index, reason });
        }
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

/// `from`, lengthened to one offset for each of `partitions`.
pub(crate) fn start_offsets(
    topic: &str,
    from: &[u64],
    partitions: u32,
) -> Result<Vec<u64>, EventError> {
    if from.len() > partitions as usize {
        return Err(EventError::UnknownPartition {
            topic: topic.to_owned(),
            partitions,
            asked: from.len(),
        });
    }
    let mut offsets = from.to_vec();
    offsets.resize(partitions as usize, 0);
    Ok(offsets)
}

#[cfg(test)]
mod tests;
