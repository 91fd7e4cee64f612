use super::*;
use crate::Task;
use crate::random::Random;
use crate::watching::testing::{assert_not_above, code, normal, table};

/// Odd ones: some missing, few values, a rare code, a constant.
struct World {
    /// Of `bmi`, in standard deviations.
    shift: f64,
    missing: f64,
    codes: [f64; 4],
    /// Of the score.
    push: f64,
}

const CLEAN: World = World {
    shift: 0.0,
    missing: 0.1,
    codes: [0.5, 0.3, 0.19, 0.01],
    push: 0.0,
};

const NAMES: [&str; 4] = ["bmi", "visits", "ward", "site"];

fn draw(world: &World, rows: usize, random: &mut Random) -> (Table, Vec<f64>) {
    let mut scores = Vec::new();
    let table = table(NAMES, rows, || {
        let bmi = normal(random) + world.shift;
        let missing = random.unit() < world.missing;
        scores.push(1.0 / (1.0 + (-bmi - normal(random) - world.push).exp()));
        [
            if missing { f32::NAN } else { bmi as f32 },
            random.below(4) as f32,
            code(random, &world.codes),
            1.0,
        ]
    });
    (table, scores)
}

fn baseline(rows: usize, random: &mut Random) -> Baseline {
    let (table, scores) = draw(&CLEAN, rows, random);
    Baseline::of(&table, &["ward".to_owned()], Task::YesOrNo, &scores, 0).unwrap()
}

fn report(world: &World, rows: usize, nominal: f64, random: &mut Random) -> DriftReport {
    let baseline = baseline(200, random);
    let (table, scores) = draw(world, rows, random);
    baseline.drift(&table, &scores, nominal).unwrap()
}

fn drifted(report: &DriftReport) -> Vec<&str> {
    let all = report.features.iter().chain([&report.score]);
    all.filter(|feature| feature.drifted == Some(true))
        .map(|feature| feature.name.as_str())
        .collect()
}

#[test]
fn clean_batches_are_called_drifted_as_seldom_as_nominal() {
    let mut random = Random::new(1);
    for (rows, nominal) in [(20, 0.2), (90, 0.2), (90, 0.05), (1500, 0.2)] {
        let tries = 200;
        let found = (0..tries)
            .filter(|_| !drifted(&report(&CLEAN, rows, nominal, &mut random)).is_empty())
            .count();
        assert_not_above(found, tries, nominal);
    }
}

#[test]
fn each_change_is_found_where_it_is_and_nowhere_else() {
    let worlds = [
        (
            World {
                shift: 1.0,
                push: -1.0,
                ..CLEAN
            },
            "bmi",
        ),
        (
            World {
                missing: 0.4,
                ..CLEAN
            },
            "bmi",
        ),
        (
            World {
                missing: 1.0,
                ..CLEAN
            },
            "bmi",
        ),
        (
            World {
                codes: [0.2, 0.6, 0.19, 0.01],
                ..CLEAN
            },
            "ward",
        ),
        (
            World {
                codes: [0.4, 0.25, 0.2, 0.15],
                ..CLEAN
            },
            "ward",
        ),
        (World { push: 1.5, ..CLEAN }, "score"),
    ];
    let mut random = Random::new(2);
    for (i, (world, expected)) in worlds.iter().enumerate() {
        let found = (0..20)
            .filter(|_| drifted(&report(world, 100, 0.01, &mut random)) == [*expected])
            .count();
        assert!(found >= 17, "world {i}: {found} of 20");
    }
}

#[test]
fn an_unseen_code_is_found_by_the_name_it_has() {
    let mut random = Random::new(3);
    let baseline = baseline(500, &mut random);
    let (clean, scores) = draw(&CLEAN, 100, &mut random);
    let mut rows = 0;
    let odd = table(NAMES, 100, || {
        let mut row: [f32; 4] = clean.row(rows).try_into().unwrap();
        rows += 1;
        if rows <= 40 {
            row[2] = 17.0;
        }
        row
    });
    let report = baseline.drift(&odd, &scores, 0.01).unwrap();
    assert_eq!(drifted(&report), ["ward"]);
    let of_code = |share: &&Share| share.label == "17";
    let share = report.features[2].shares.iter().find(of_code).unwrap();
    assert_eq!((share.reference, share.current), (0.0, 0.4));
}

#[test]
fn a_constant_that_changes_is_found() {
    let mut random = Random::new(4);
    let baseline = baseline(200, &mut random);
    let (clean, scores) = draw(&CLEAN, 60, &mut random);
    let mut rows = clean.values().chunks(4);
    let odd = table(NAMES, 60, || {
        let row = rows.next().unwrap();
        [row[0], row[1], row[2], 2.0]
    });
    let report = baseline.drift(&odd, &scores, 0.01).unwrap();
    assert_eq!(drifted(&report), ["site"]);
    let site = &report.features[3];
    assert_eq!((site.tests[0].statistic, site.shares.len()), (1.0, 2));
}

#[test]
fn few_cases_get_no_verdict() {
    let mut random = Random::new(5);
    for rows in [0, 1, 5, FEWEST - 1] {
        let world = World {
            shift: 9.0,
            ..CLEAN
        };
        let report = report(&world, rows, 0.5, &mut random);
        let all = report.features.iter().chain([&report.score]);
        assert!(
            all.clone()
                .all(|feature| feature.drifted.is_none() && feature.tests.is_empty())
        );
        assert!(
            all.clone()
                .all(|feature| feature.psi.is_some() == (rows > 0))
        );
        let finite = |share: &Share| share.reference.is_finite() && share.current.is_finite();
        assert!(all.clone().all(|feature| feature.shares.iter().all(finite)));
        assert_eq!((report.reference, report.current), (200, rows));
    }
    let (nothing, _) = draw(&CLEAN, 0, &mut random);
    let baseline = Baseline::of(&nothing, &[], Task::YesOrNo, &[], 0).unwrap();
    let (table, scores) = draw(&CLEAN, 100, &mut random);
    let report = baseline.drift(&table, &scores, 0.05).unwrap();
    assert!(
        report
            .features
            .iter()
            .all(|feature| feature.drifted.is_none())
    );
}

#[test]
fn hostile_numbers_are_missing_ones() {
    let mut random = Random::new(6);
    let baseline = baseline(200, &mut random);
    let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY];
    let mut i = 0;
    let hostile = table(NAMES, 60, || {
        i += 1;
        [odd[i % 3], f32::MAX, odd[i % 3], f32::MIN_POSITIVE]
    });
    let mut scores = vec![f64::NAN; 60];
    (scores[0], scores[1]) = (f64::INFINITY, 1e300);
    let report = baseline.drift(&hostile, &scores, 0.01).unwrap();
    assert_eq!(drifted(&report), ["bmi", "visits", "ward", "site", "score"]);
    assert_eq!(report.score.shares.last().unwrap().label, "missing");
    assert_eq!(report.score.shares.last().unwrap().current, 1.0);
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<DriftReport>(&json).unwrap(), report);
}

#[test]
fn the_verdict_is_what_the_critical_value_says() {
    let mut random = Random::new(7);
    let mut drifts = 0;
    for i in 0..30 {
        let world = World {
            shift: f64::from(i % 3) / 3.0,
            missing: 0.1 + f64::from(i % 2) / 8.0,
            ..CLEAN
        };
        let report = report(&world, 80, 0.2, &mut random);
        for test in report
            .features
            .iter()
            .chain([&report.score])
            .flat_map(|f| &f.tests)
        {
            let beyond = |critical: f64| match critical < 0.0 {
                true => test.statistic <= critical,
                false => test.statistic >= critical,
            };
            assert_eq!(test.drifted, test.critical.is_some_and(beyond), "{test:?}");
            drifts += usize::from(test.drifted);
        }
    }
    assert!(drifts > 10, "{drifts}");
}

#[test]
fn columns_may_come_in_any_order_and_must_be_there() {
    let mut random = Random::new(8);
    let baseline = baseline(200, &mut random);
    let (clean, scores) = draw(&CLEAN, 50, &mut random);
    let mut rows = clean.values().chunks(4);
    let turned = table(["site", "extra", "ward", "visits", "bmi"], 50, || {
        let row = rows.next().unwrap();
        [row[3], 0.0, row[2], row[1], row[0]]
    });
    let of = |table: &Table, nominal| baseline.drift(table, &scores, nominal);
    assert_eq!(of(&turned, 0.05), of(&clean, 0.05));
    let few = table(["site"], 50, || [1.0]);
    let message = of(&few, 0.05).unwrap_err().to_string();
    assert_eq!(
        message,
        "parameter `features`: the table has no column `bmi`"
    );
    let message = of(&clean, 0.0).unwrap_err().to_string();
    assert_eq!(message, "parameter `nominal`: must lie between 0 and 1");
}
