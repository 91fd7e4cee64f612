use std::time::Duration;

use chrono::Utc;
use mesh_events::{Event, Position, Received};
use tokio::time::Instant;

use super::Collected;
use crate::product::SinkLimits;

fn events(sizes: &[usize]) -> Vec<Received> {
    let event = |(offset, size): (u64, &usize)| Received {
        position: Position {
            partition: 0,
            offset,
        },
        event: Ok(Event {
            id: "i".to_owned(),
            source: "s".to_owned(),
            kind: "k".to_owned(),
            subject: None,
            time: Utc::now(),
            schema: None,
            correlation: None,
            data: vec![b' '; size - 3].into(),
        }),
    };
    (0..).zip(sizes).map(event).collect()
}

fn bounded(max_rows: usize, max_bytes: usize) -> Collected {
    Collected::new(SinkLimits {
        max_delay: Duration::from_secs(3600),
        max_rows,
        max_bytes,
        ..SinkLimits::default()
    })
}

fn commits(mut collected: Collected) -> Vec<usize> {
    let mut sizes = Vec::new();
    while !collected.is_empty() {
        sizes.push(collected.take().len());
    }
    sizes
}

#[test]
fn a_commit_takes_no_more_rows_and_bytes_than_it_may() {
    let now = Instant::now();
    let mut by_rows = bounded(3, 1000);
    by_rows.add(events(&[10; 8]), now);
    assert_eq!(commits(by_rows), [3, 3, 2]);
    let mut by_bytes = bounded(100, 50);
    by_bytes.add(events(&[20, 20, 20, 50, 10, 60, 10]), now);
    assert_eq!(commits(by_bytes), [2, 1, 1, 1, 1, 1]);
}

#[test]
fn it_is_time_to_commit_when_one_bound_is_reached() {
    let now = Instant::now();
    let mut waiting = bounded(4, 100);
    waiting.add(events(&[10; 3]), now);
    assert!(!waiting.is_due(now));
    assert_eq!(waiting.room(), 1);
    waiting.add(events(&[10]), now);
    assert!(waiting.is_due(now));
    let mut heavy = bounded(4, 100);
    heavy.add(events(&[100]), now);
    assert!(heavy.is_due(now));
}

#[test]
fn the_oldest_event_waits_no_longer_than_it_may() {
    let begin = Instant::now();
    let after = |millis| begin + Duration::from_millis(millis);
    let mut collected = Collected::new(SinkLimits {
        max_delay: Duration::from_millis(500),
        ..SinkLimits::default()
    });
    collected.add(events(&[10]), begin);
    collected.add(events(&[10]), after(300));
    assert_eq!(collected.patience(after(300)), Duration::from_millis(200));
    assert!(collected.is_due(after(500)));
    collected.take();
    assert!(!collected.is_due(after(500)));
}
