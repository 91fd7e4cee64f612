use std::collections::BTreeMap;

use chrono::{TimeZone, Utc};

use super::{StageChange, in_production, stage};
use crate::registry::Stage::{self, Archived, Production, Staging};

/// Changes of versions, a second apart.
fn changes(changes: &[(u64, Stage)]) -> Vec<StageChange> {
    let numbered = (1..).zip(changes);
    numbered
        .map(|(change, (version, stage))| StageChange {
            change,
            at: Utc.timestamp_opt(change as i64, 0).unwrap(),
            model: "m".to_owned(),
            version: *version,
            stage: *stage,
            decided_by: "somebody".to_owned(),
            why: "to see".to_owned(),
            sha256: String::new(),
            trained_on: BTreeMap::new(),
            gate: None,
            trial: None,
        })
        .collect()
}

#[test]
fn a_version_in_production_archives_the_one_before() {
    let after = changes(&[(1, Production), (2, Production)]);
    assert_eq!(in_production(&after), Some(2));
    assert_eq!(stage(&after, 1), Archived);
    assert_eq!(stage(&after, 2), Production);
    assert_eq!(stage(&after, 3), Staging, "nothing was decided about it");
}

#[test]
fn nothing_is_in_production_once_that_version_is_set_aside() {
    let after = changes(&[(1, Production), (2, Production), (2, Archived)]);
    assert_eq!(in_production(&after), None);
    assert_eq!(stage(&after, 1), Archived);
    assert_eq!(stage(&after, 2), Archived);
}

#[test]
fn a_version_that_is_not_in_production_takes_nothing_out_of_it() {
    let after = changes(&[(2, Production), (1, Archived), (1, Staging)]);
    assert_eq!(in_production(&after), Some(2));
    assert_eq!(stage(&after, 1), Staging);
}

#[test]
fn a_version_comes_back_by_a_rollback() {
    let after = changes(&[(1, Production), (2, Production), (1, Production)]);
    assert_eq!(in_production(&after), Some(1));
    assert_eq!(stage(&after, 2), Archived);
}
