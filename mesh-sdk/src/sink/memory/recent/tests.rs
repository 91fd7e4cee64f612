use super::{FEW, Recent};

const WINDOW: i64 = 100;

fn small(most: usize) -> Recent {
    Recent {
        most,
        prune_at: FEW.min(most),
        ..Recent::since(0)
    }
}

#[test]
fn what_is_older_than_the_window_is_forgotten_and_no_more_answered_for() {
    let mut recent = Recent::since(0);
    let ids = 0..10 * FEW as i64;
    recent.add(ids.map(|at| (at as u128, at)), WINDOW);
    assert!(recent.at.len() <= 2 * FEW);
    let newest = 10 * FEW as i64 - 1;
    assert!((newest - WINDOW..=newest).all(|at| recent.at(at as u128) == Some(at)));
    assert!(recent.reaches(newest - WINDOW) && !recent.reaches(0));
}

#[test]
fn there_are_never_more_than_there_is_room_for() {
    let mut recent = small(1000);
    for at in 0..5000 {
        recent.add([(at as u128, at)], i64::MAX);
        assert!(recent.at.len() <= 1000);
        let since = recent.since.unwrap();
        assert!((since..=at).all(|at| recent.at(at as u128).is_some()));
    }
    let mut at_once = small(1000);
    at_once.add((0..5000).map(|id| (id, 7)), WINDOW);
    assert!(at_once.at.len() <= 1000);
    assert!(!at_once.reaches(7));
}

#[test]
fn a_time_that_lies_ahead_makes_nobody_forget_the_present() {
    let now = chrono::Utc::now().timestamp_micros();
    let hour = 3_600_000_000;
    let mut recent = Recent::since(0);
    recent.add([(1, now + 1000 * hour)], hour);
    recent.add((2..3 * FEW as u128).map(|id| (id, now)), hour);
    assert!((2..3 * FEW as u128).all(|id| recent.at(id) == Some(now)));
}

#[test]
fn an_id_that_came_twice_is_remembered_from_the_last_time() {
    let mut recent = Recent::since(0);
    recent.add([(1, 5), (1, 9), (1, 3)], WINDOW);
    assert_eq!(recent.at(1), Some(9));
}
