use super::{check_topic, partition_for, start_offsets};

/// Fixed for ever: a change here reorders the events of every existing topic.
#[test]
fn partitions_of_known_keys_never_change() {
    assert_eq!(partition_for("123456789", u32::MAX), 0xCBF4_3926);
    let partitions = ["patient-1", "patient-2", "Zoë", "心", "a"].map(|key| partition_for(key, 12));
    assert_eq!(partitions, [4, 2, 2, 8, 3]);
}

#[test]
fn topic_names_follow_kafka() {
    for good in [
        "a",
        "cardiology.bracelet-cardiology.readings",
        "A_1",
        &"x".repeat(249),
    ] {
        check_topic(good, 1).unwrap();
    }
    for bad in ["", ".", "..", "a b", "a/b", "herz♥", &"x".repeat(250)] {
        assert_eq!(check_topic(bad, 1).unwrap_err().code(), "invalid-topic");
    }
}

#[test]
fn a_topic_has_at_least_one_partition_and_not_too_many() {
    for bad in [0, 10_001] {
        assert_eq!(check_topic("a", bad).unwrap_err().code(), "invalid-topic");
    }
}

#[test]
fn partitions_without_an_offset_start_at_their_first_event() {
    let starts = |from: &[u64], partitions| -> Vec<(u32, u64)> {
        let starts = start_offsets("a", from, partitions).unwrap();
        starts.into_iter().collect()
    };
    assert_eq!(starts(&[5], 3), [(0, 5), (1, 0), (2, 0)]);
    assert_eq!(starts(&[], 1), [(0, 0)]);
    assert_eq!(
        start_offsets("a", &[1, 2], 1).unwrap_err().code(),
        "unknown-partition"
    );
}
