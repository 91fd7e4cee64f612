//! What stands in the tables of a log's file.

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::Utc;
use redb::{Database, ReadableDatabase, ReadableTable};

use super::{EVENTS, GROUPS, Key, Limits, Stretch, TOPICS};
use crate::embedded::codec;
use crate::embedded::topic::{Topic, Topics};
use crate::{Position, Received, Unreadable};

pub(super) fn load(database: &Database) -> Result<Topics, redb::Error> {
    let transaction = database.begin_write()?;
    let topics = Topics::default();
    {
        // Files of before groups have no such table, and reading cannot make one.
        transaction.open_table(GROUPS)?;
        let events = transaction.open_table(EVENTS)?;
        for row in transaction.open_table(TOPICS)?.iter()? {
            let (name, value) = row?;
            let (id, partitions) = value.value();
            let ends = (0..partitions)
                .map(|partition| end(&events, id, partition))
                .collect::<Result<_, _>>()?;
            topics.insert(Topic::new(name.value().to_owned(), id, ends));
        }
    }
    transaction.commit()?;
    Ok(topics)
}

fn end(
    events: &impl ReadableTable<Key, &'static [u8]>,
    topic: u32,
    partition: u32,
) -> Result<u64, redb::StorageError> {
    let last = events
        .range((topic, partition, 0)..=(topic, partition, u64::MAX))?
        .next_back();
    Ok(last.transpose()?.map_or(0, |(key, _)| key.value().2 + 1))
}

/// Removes what a failed transaction left behind: it was answered with an error.
pub(super) fn cut_back(database: &Database, topics: &Topics) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    let mut changed = false;
    {
        let mut events = transaction.open_table(EVENTS)?;
        for topic in topics.all() {
            for (partition, published) in (0..).zip(topic.ends()) {
                if end(&events, topic.id(), partition)? > published {
                    let first = (topic.id(), partition, published);
                    let last = (topic.id(), partition, u64::MAX);
                    events.retain_in(first..=last, |_, _| false)?;
                    changed = true;
                }
            }
        }
        let mut names = transaction.open_table(TOPICS)?;
        names.retain(|name, _| {
            let known = topics.get(name).is_some();
            changed |= !known;
            known
        })?;
    }
    // Only where it must: on a full disk, reading should work before writing does.
    if changed {
        transaction.commit()?;
    } else {
        transaction.abort()?;
    }
    Ok(())
}

pub(super) fn read(
    database: &Database,
    topic: u32,
    stretches: &[Stretch],
    limits: Limits,
) -> Result<Vec<Received>, redb::Error> {
    let events = database.begin_read()?.open_table(EVENTS)?;
    let mut found = Vec::new();
    let mut bytes = 0;
    for stretch in stretches {
        let first = (topic, stretch.partition, stretch.from);
        let end = (topic, stretch.partition, stretch.end);
        for row in events.range(first..end)? {
            let (key, value) = row?;
            let position = Position {
                partition: stretch.partition,
                offset: key.value().2,
            };
            bytes += value.value().len();
            let event = codec::decode(value.value());
            found.push(Received {
                position,
                event: event.map_err(|reason| unreadable(reason, value.value())),
            });
            if found.len() >= limits.events || bytes >= limits.bytes {
                return Ok(found);
            }
        }
    }
    Ok(found)
}

fn unreadable(reason: String, row: &[u8]) -> Unreadable {
    Unreadable {
        reason,
        key: None,
        headers: Vec::new(),
        data: Bytes::copy_from_slice(row),
        time: Utc::now(),
    }
}

pub(super) fn committed(
    database: &Database,
    group: &str,
    topic: u32,
    partitions: &[u32],
) -> Result<BTreeMap<u32, u64>, redb::Error> {
    let groups = database.begin_read()?.open_table(GROUPS)?;
    let mut reached = BTreeMap::new();
    for &partition in partitions {
        let next = groups.get((group, topic, partition))?;
        reached.insert(partition, next.map_or(0, |next| next.value()));
    }
    Ok(reached)
}
