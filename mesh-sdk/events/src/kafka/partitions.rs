//! Lists of partitions, as librdkafka takes them.

use std::collections::BTreeMap;

use rdkafka::error::KafkaError;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

pub(super) fn list(
    topic: &str,
    partitions: impl IntoIterator<Item = (u32, Offset)>,
) -> Result<TopicPartitionList, KafkaError> {
    let mut list = TopicPartitionList::new();
    for (partition, offset) in partitions {
        list.add_partition_offset(topic, partition.cast_signed(), offset)?;
    }
    Ok(list)
}

/// Without an offset.
pub(super) fn unplaced(topic: &str, partitions: &[u32]) -> Result<TopicPartitionList, KafkaError> {
    list(topic, partitions.iter().map(|&it| (it, Offset::Invalid)))
}

/// Each with the next offset wanted of it.
pub(super) fn placed(
    topic: &str,
    next: &BTreeMap<u32, u64>,
) -> Result<TopicPartitionList, KafkaError> {
    list(topic, next.iter().map(|(&it, &next)| (it, offset(next))))
}

/// Each where reading is to start: at the first event there is where that is 0.
pub(super) fn starts(
    topic: &str,
    from: &BTreeMap<u32, u64>,
) -> Result<TopicPartitionList, KafkaError> {
    let start = |from: u64| match from {
        0 => Offset::Beginning,
        from => offset(from),
    };
    list(topic, from.iter().map(|(&it, &from)| (it, start(from))))
}

/// No partition gets as far as an i64 does not.
fn offset(offset: u64) -> Offset {
    Offset::Offset(i64::try_from(offset).unwrap_or(i64::MAX))
}
