use mesh_storage::Policy;
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::super::{all, batch, lines, read_up_to};
use super::{Changes, beats, since};

fn number() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        Just("rate".to_owned()),
        Just("device['version']".to_owned()),
        (-3..100_i32).prop_map(|number| format!("({number})")),
        Just("character_length(who)".to_owned()),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} + {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} / nullif({b}, 0))")),
            inner.clone().prop_map(|a| format!("abs({a})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("coalesce({a}, {b})")),
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(a, b, c)| format!("CASE WHEN {a} > {b} THEN {b} ELSE {c} END")),
        ]
    })
    .boxed()
}

fn condition() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        (number(), number()).prop_map(|(a, b)| format!("{a} >= {b}")),
        number().prop_map(|a| format!("{a} IS NULL")),
        number().prop_map(|a| format!("{a} BETWEEN 5 AND 70")),
        Just("who LIKE 'a%'".to_owned()),
        Just("who IN ('ana', 'eva')".to_owned()),
        Just("true".to_owned()),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} AND {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} OR {b})")),
            inner.prop_map(|a| format!("(NOT {a})")),
        ]
    })
    .boxed()
}

fn statement() -> impl Strategy<Value = String> {
    let shape = prop_oneof![
        Just("SELECT who, {n} AS n FROM beats WHERE {c}"),
        Just("SELECT upper(who) AS w, n FROM (SELECT who, {n} AS n FROM beats WHERE {c}) x"),
        Just("WITH x AS (SELECT *, {n} AS n FROM beats) SELECT who, n, device FROM x WHERE {c}"),
        Just("SELECT who, unnest(make_array({n}, rate)) AS n FROM beats WHERE {c}"),
    ];
    (shape, number(), condition()).prop_map(|(shape, number, condition)| {
        shape.replace("{n}", &number).replace("{c}", &condition)
    })
}

fn row() -> impl Strategy<Value = Value> {
    let who = prop_oneof![Just("ana"), Just("luis"), Just("eva"), Just("")];
    let rate = proptest::option::of(30..250_u32);
    let version = proptest::option::of(0..9_i64);
    (who, rate, version).prop_map(|(who, rate, version)| {
        json!({"who": who, "rate": rate, "device": {"model": "B", "version": version}})
    })
}

#[derive(Clone, Debug)]
enum Step {
    Append(Vec<Value>),
    Replace(Vec<Value>),
    Refresh,
    /// Puts as many files together as there must be at least.
    Maintain(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let rows = || prop::collection::vec(row(), 0..6);
    prop_oneof![
        4 => rows().prop_map(Step::Append),
        1 => rows().prop_map(Step::Replace),
        3 => Just(Step::Refresh),
        2 => (2..4_usize).prop_map(Step::Maintain),
    ]
}

/// Keeps the rows of `sql` as a derived dataset does, and compares them with those of the whole after every refresh.
async fn follow(sql: &str, steps: Vec<Step>) {
    let (dataset, engine, _folder) = beats().await;
    let mut derived = all(&engine, sql).await;
    let (mut read, mut had_rows, mut replaced) = (0, false, false);
    for (next, step) in (1..).zip(steps.into_iter().chain([Step::Refresh])) {
        let progress = read_up_to("step", next);
        match step {
            Step::Append(rows) => {
                dataset.append(&batch(&rows), &progress).await.unwrap();
            }
            Step::Replace(rows) => {
                dataset.replace(&[batch(&rows)], &progress).await.unwrap();
                replaced |= had_rows;
            }
            Step::Maintain(files) => {
                let policy = Policy {
                    files,
                    commits: 2,
                    ..Policy::default()
                };
                dataset.maintain(&policy).await.unwrap();
            }
            Step::Refresh => {
                match engine.changes(sql, &since(read)).await.unwrap() {
                    Changes::Rows(rows) => {
                        assert!(!replaced, "rows went that were read");
                        read = rows.sources()["beats"];
                        derived.extend(lines(rows).await);
                        derived.sort();
                    }
                    Changes::Whole { reason } => {
                        assert!(replaced, "{sql}: {reason}");
                        let rows = engine.query(sql).await.unwrap();
                        read = rows.sources()["beats"];
                        derived = lines(rows).await;
                    }
                }
                (had_rows, replaced) = (dataset.info().rows > 0, false);
                assert_eq!(derived, all(&engine, sql).await, "{sql}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn appending_what_new_rows_give_equals_running_on_all(
        sql in statement(),
        steps in prop::collection::vec(step(), 1..12),
    ) {
        Runtime::new().unwrap().block_on(follow(&sql, steps));
    }
}
