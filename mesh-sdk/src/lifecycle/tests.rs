use std::collections::BTreeMap;

use chrono::{TimeZone, Utc};

use super::gate::GateReport;
use super::{MESH, StageChange, frozen_by, in_production, in_production_by, line, stage};
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
            freezes: false,
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

/// The change with what the gate found, as promotions have it.
fn judged(mut change: StageChange) -> StageChange {
    let checks = Vec::new();
    change.gate = Some(GateReport {
        passed: true,
        checks,
    });
    change
}

#[test]
fn every_rollback_goes_one_version_further_back() {
    let promoted = [(1, Production), (2, Production), (3, Production)];
    let mut after: Vec<_> = changes(&promoted).into_iter().map(judged).collect();
    assert_eq!(line(&after), [1, 2, 3]);
    after.extend(changes(&[(2, Production)]));
    assert_eq!(line(&after), [1, 2], "3 was rolled back from");
    after.extend(changes(&[(1, Production)]));
    assert_eq!(line(&after), [1]);
    after.extend(changes(&[(3, Production)]).into_iter().map(judged));
    assert_eq!(line(&after), [1, 3], "it passed the gate once more");
    after.extend(changes(&[(1, Production)]).into_iter().map(judged));
    assert_eq!(line(&after), [1, 3, 1]);
}

#[test]
fn nothing_goes_back_to_a_version_that_was_set_aside() {
    let after = changes(&[
        (1, Production),
        (2, Production),
        (3, Production),
        (2, Archived),
    ]);
    assert_eq!(line(&after), [1, 3]);
}

#[test]
fn a_trial_takes_nothing_from_what_is_rolled_back_to() {
    let mut after = changes(&[(1, Production), (2, Production), (1, Staging), (1, Staging)]);
    after[2].trial = Some(0.0);
    assert_eq!(line(&after), [1, 2]);
    after.extend(changes(&[(1, Staging)]));
    assert_eq!(
        line(&after),
        [2],
        "somebody has said that it has to show more"
    );
}

#[test]
fn a_model_is_frozen_until_a_person_decides_something() {
    let mut after = changes(&[(1, Production), (2, Production)]);
    assert!(frozen_by(&after).is_none());
    after.extend(changes(&[(2, Production)]));
    after[2].freezes = true;
    after[2].decided_by = MESH.to_owned();
    assert!(frozen_by(&after).is_some());
    assert_eq!(
        in_production_by(&after).unwrap().change,
        2,
        "it stays what it was"
    );
    assert_eq!(line(&after), [1, 2]);
    after.extend(changes(&[(1, Archived)]));
    after[3].decided_by = MESH.to_owned();
    assert!(frozen_by(&after).is_some(), "nobody has decided anything");
    after.extend(changes(&[(2, Archived)]));
    assert!(frozen_by(&after).is_none());
}
