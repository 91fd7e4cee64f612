use super::{FEW, Known, Older, Recent};

const WINDOW: i64 = 100;
const LONG: i64 = i64::MAX / 4;

/// One that keeps so many ids one by one, and four times so many in less space.
fn small(most: usize) -> Recent {
    Recent {
        most,
        prune_at: FEW.min(most),
        older: Older::of(most),
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
    for at in newest - WINDOW..=newest {
        assert_eq!(recent.look_up(at as u128, at), Known::At(at));
    }
    let unknown = u128::MAX;
    assert_eq!(recent.look_up(unknown, newest - WINDOW), Known::Never);
    assert_eq!(recent.look_up(unknown, 0), Known::Perhaps);
}

#[test]
fn none_is_overlooked_of_more_ids_than_there_is_room_for() {
    let mut recent = small(1000);
    for at in 0..20_000 {
        recent.add([(at as u128, at)], LONG);
        assert!(recent.at.len() <= 1000);
        if at % 500 == 0 {
            for known in 0..=at {
                let found = recent.look_up(known as u128, known);
                assert!(
                    [Known::At(known), Known::Perhaps].contains(&found),
                    "{known} of {at}"
                );
            }
        }
    }
    let one_by_one = recent.at.len() as i64;
    assert_eq!(recent.look_up(0, 0), Known::Perhaps);
    assert!(!recent.reaches(20_000 - one_by_one - 4000 - 1));
    // Three filters are full, and in the fourth is something.
    assert!(recent.reaches(20_000 - one_by_one - 3000));
    let unknown = (20_000..30_000).map(|id| recent.look_up(id, 19_000));
    assert_eq!(unknown.filter(|known| *known != Known::Never).count(), 0);
}

#[test]
fn ids_that_came_all_at_once_are_kept() {
    let mut recent = small(1000);
    recent.add((0..3000).map(|id| (id, 7)), WINDOW);
    assert!(recent.at.len() <= 1000);
    assert!((0..3000).all(|id| recent.look_up(id, 7) != Known::Never));
    assert_eq!(recent.look_up(3000, 7), Known::Never);
}

#[test]
fn what_is_kept_in_less_space_goes_once_it_is_older_than_the_window() {
    let mut recent = small(1000);
    recent.add((0..2500).map(|at| (at as u128, at)), LONG);
    assert_eq!(recent.look_up(0, 0), Known::Perhaps);
    recent.add((2500..6000).map(|at| (at as u128, at)), WINDOW);
    assert_eq!(recent.look_up(0, 5900), Known::Never);
    assert_eq!(recent.look_up(0, 0), Known::Perhaps);
    assert!(!recent.older.may_have(0));
}

#[test]
fn what_was_never_read_from_the_table_is_not_known_by_what_is_forgotten() {
    let mut recent = Recent {
        since: None,
        ..small(1000)
    };
    recent.add((0..20_000).map(|at| (at as u128, at)), LONG);
    assert!(!recent.has_begun());
    assert_eq!(recent.look_up(u128::MAX, 20_000), Known::Perhaps);
}

#[test]
fn a_time_that_lies_ahead_makes_nobody_forget_the_present() {
    let now = chrono::Utc::now().timestamp_micros();
    let hour = 3_600_000_000;
    let mut recent = Recent::since(0);
    recent.add([(1, now + 1000 * hour)], hour);
    recent.add((2..3 * FEW as u128).map(|id| (id, now)), hour);
    assert!((2..3 * FEW as u128).all(|id| recent.look_up(id, 0) == Known::At(now)));
}

#[test]
fn an_id_that_came_twice_is_remembered_from_the_last_time() {
    let mut recent = Recent::since(0);
    recent.add([(1, 5), (1, 9), (1, 3)], WINDOW);
    assert_eq!(recent.look_up(1, 0), Known::At(9));
}
