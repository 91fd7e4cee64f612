use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mesh_contracts::{Contract, Gate, Side};
use mesh_storage::{Dataset, Engine, Limits};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::correlation::{Feature, Learning};
use super::{
    Correlation, DatasetProfile, Edge, Profiles, PropertyProfile, Watch, Withheld, is_open, profile,
};
use crate::changes::Changes;

const PEOPLE: &str = r"apiVersion: v3.2.0
kind: DataContract
id: urn:mesh:contract:testing:people
name: people
version: 1.0.0
status: draft
domain: testing
description: { purpose: A hundred people. }
schema:
  - name: people
    properties:
      - { name: id, logicalType: string }
      - { name: age, logicalType: integer, classification: public }
      - { name: weight, logicalType: number, classification: internal }
      - { name: income, logicalType: number, classification: restricted }
      - { name: diagnosis, logicalType: string, classification: phi }
      - { name: ward, logicalType: string }
      - { name: stage, logicalType: integer }
      - { name: ill, logicalType: boolean }
      - { name: smokes, logicalType: boolean }
      - { name: seen, logicalType: timestamp }
      - { name: born, logicalType: date }
      - { name: rare, logicalType: integer }
      - { name: same, logicalType: number }
      - { name: visit, logicalType: object, properties: [{ name: room, logicalType: string }] }
";

/// One of a hundred, by their number from 1 on.
fn person(number: i64) -> Value {
    let ward = match number {
        ..=60 => "north",
        61..=90 => "south",
        91..=96 => "east",
        _ => "west",
    };
    json!({
        "id": format!("p-{number}"),
        "age": number,
        // Twelve are far from all others.
        "weight": if number <= 88 { number as f64 } else { 1000.0 },
        "income": 1000 * number,
        "diagnosis": if number == 7 { "rare" } else { "none" },
        "ward": ward,
        "stage": if number <= 40 { 2 } else { 1 },
        "ill": number > 50,
        "smokes": number <= 5,
        "seen": format!("2026-01-{:02}T12:00:00Z", 1 + number % 20),
        "born": format!("19{:02}-06-15", number - 1),
        "rare": (number <= 40).then_some(number),
        "same": 3.5,
        "visit": (number % 2 == 0).then(|| json!({ "room": "1" })),
    })
}

struct Bench {
    engine: Engine,
    people: Arc<Dataset>,
    _folder: TempDir,
}

impl Bench {
    async fn of(people: i64) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let contract = Contract::parse("people.odcs.yaml", PEOPLE).unwrap();
        let location = folder.path().join("people");
        let dataset = Dataset::open(&location, "people", contract).await.unwrap();
        let bench = Bench {
            engine: Engine::new(Limits::default()).unwrap(),
            people: Arc::new(dataset),
            _folder: folder,
        };
        bench.engine.add(bench.people.clone());
        bench.arrive(people, 1).await;
        bench
    }

    async fn arrive(&self, people: i64, progress: u64) {
        let rows = (1..=people).map(|number| person(number).as_object().unwrap().clone());
        let gated = Gate::compile(self.people.contract(), Side::Stored).batch(rows.collect());
        assert!(gated.rejected.is_empty(), "{:?}", gated.rejected);
        let progress = BTreeMap::from([("people".to_owned(), progress)]);
        let appended = self.people.append(&gated.accepted, &progress);
        appended.await.unwrap();
    }

    async fn profile(&self) -> DatasetProfile {
        profile(&self.engine, &self.people).await.unwrap()
    }

    async fn correlations(&self, training: &str) -> Vec<Correlation> {
        let feature = |name: &str| Feature {
            name: name.to_owned(),
            is_open: name != "income",
        };
        let learning = Learning {
            model: "illness".to_owned(),
            training: training.to_owned(),
            target: "ill".to_owned(),
            features: ["age", "smokes", "income", "same"].map(feature).into(),
            reads: vec![self.people.clone()],
        };
        let whole = learning.correlations(&self.engine).await.unwrap();
        assert!(
            whole
                .features
                .iter()
                .flatten()
                .all(|it| it.withheld != Some(Withheld::Classified))
        );
        let told = whole.public();
        assert_eq!(told.datasets, BTreeMap::from([("people".to_owned(), 1)]));
        told.features.unwrap()
    }
}

fn of<'a>(profile: &'a DatasetProfile, property: &str) -> &'a PropertyProfile {
    let mut properties = profile.properties.iter().flatten();
    properties.find(|it| it.property == property).unwrap()
}

/// `value rows share`
fn values(profile: &PropertyProfile) -> Vec<(Option<&str>, u64, f64)> {
    let values = profile.values.iter();
    values
        .map(|value| (value.value.as_deref(), value.rows, value.share))
        .collect()
}

fn tells_values(profile: &PropertyProfile) -> bool {
    profile.numbers.is_some() || !profile.histogram.is_empty() || !profile.values.is_empty()
}

#[tokio::test]
async fn numbers_are_summed_up() {
    let profile = Bench::of(100).await.profile().await;
    assert_eq!(profile.version, 1);
    let age = of(&profile, "age");
    assert_eq!((age.logical_type, age.rows, age.nulls), ("integer", 100, 0));
    assert!(age.distinct.unwrap().abs_diff(100) <= 3, "{age:?}");
    let numbers = age.numbers.as_ref().unwrap();
    // 50.5 and 29.01 on steps of one.
    assert_eq!((numbers.mean, numbers.deviation), (51.0, 29.0));
    assert_eq!(numbers.outliers, None);
    let parts: Vec<f64> = numbers.quantiles.iter().map(|it| it.part).collect();
    assert_eq!(parts, [0.1, 0.25, 0.5, 0.75, 0.9]);
    for quantile in &numbers.quantiles {
        let off = quantile.value - 100.0 * quantile.part;
        assert!(off.abs() <= 1.0, "{quantile:?}");
    }
    assert_eq!(age.histogram.iter().map(|bin| bin.rows).sum::<u64>(), 100);
    assert!(age.histogram.iter().all(|bin| bin.rows >= 10), "{age:?}");
    let (first, last) = (&age.histogram[0], age.histogram.last().unwrap());
    let (Edge::Number(from), Edge::Number(to)) = (first.from, last.to) else {
        panic!("{age:?}");
    };
    assert!(
        from > 1.0 && to < 100.0,
        "neither the least nor the greatest"
    );
}

#[tokio::test]
async fn what_is_far_from_the_quartiles_is_an_outlier() {
    let profile = Bench::of(100).await.profile().await;
    let weight = of(&profile, "weight").numbers.as_ref().unwrap();
    assert_eq!(weight.outliers, Some(0.12));
    let same = of(&profile, "same");
    assert!(same.histogram.is_empty());
    let numbers = same.numbers.as_ref().unwrap();
    assert_eq!((numbers.mean, numbers.deviation), (3.5, 0.0));
}

#[tokio::test]
async fn what_fewer_than_ten_share_is_told_of_none_of_them() {
    let profile = Bench::of(100).await.profile().await;
    assert_eq!(
        values(of(&profile, "ward")),
        [
            (Some("north"), 60, 0.6),
            (Some("south"), 30, 0.3),
            (None, 10, 0.1)
        ]
    );
    // Of two values, the other would tell how many there are.
    assert_eq!(values(of(&profile, "smokes")), [(None, 100, 1.0)]);
    assert_eq!(
        values(of(&profile, "stage")),
        [(Some("1"), 60, 0.6), (Some("2"), 40, 0.4)]
    );
    assert_eq!(
        of(&profile, "stage").numbers.as_ref().unwrap().outliers,
        None
    );
    assert_eq!(
        values(of(&profile, "ill")),
        [(Some("false"), 50, 0.5), (Some("true"), 50, 0.5)]
    );
}

#[tokio::test]
async fn times_are_counted_between_round_ones() {
    let profile = Bench::of(100).await.profile().await;
    for property in ["seen", "born"] {
        let times = of(&profile, property);
        assert!(times.numbers.is_none() && times.values.is_empty());
        let rows = times.histogram.iter().map(|bin| bin.rows);
        assert_eq!(rows.sum::<u64>(), 100, "{times:?}");
        let Edge::Time(from) = times.histogram[0].from else {
            panic!("{times:?}");
        };
        assert_eq!(from.timestamp() % 3600, 0);
    }
}

#[tokio::test]
async fn of_some_properties_only_counts_are_told() {
    let whole = Bench::of(100).await.profile().await;
    assert!(tells_values(of(&whole, "income")), "to those who may");
    let profile = whole.public();
    for (property, why) in [
        ("income", Withheld::Classified),
        ("diagnosis", Withheld::Classified),
        ("id", Withheld::ManyValues),
        ("rare", Withheld::FewRows),
        ("visit", Withheld::Nested),
    ] {
        let told = of(&profile, property);
        assert_eq!(told.withheld, Some(why), "{property}");
        assert!(!tells_values(told), "{told:?}");
    }
    assert_eq!(of(&profile, "diagnosis").distinct, Some(2));
    assert_eq!(of(&profile, "rare").nulls, 60);
    let visit = of(&profile, "visit");
    assert_eq!((visit.nulls, visit.distinct), (50, None));
    let text = format!("{profile:?}");
    assert!(!text.contains("p-1") && !text.contains("rare\")"), "{text}");
}

#[tokio::test]
async fn of_fewer_than_fifty_rows_no_value_is_told() {
    let profile = Bench::of(49).await.profile().await;
    let properties = profile.properties.as_ref().unwrap();
    assert!(properties.iter().all(|it| !tells_values(it)));
    assert_eq!(of(&profile, "age").withheld, Some(Withheld::FewRows));
    assert!(tells_values(of(
        &Bench::of(50).await.profile().await,
        "age"
    )));
    let empty = Bench::of(0).await.profile().await;
    assert_eq!(of(&empty, "age").rows, 0);
}

#[tokio::test]
async fn features_go_with_the_target_over_the_rows_of_training() {
    let bench = Bench::of(100).await;
    let told = bench
        .correlations("SELECT * FROM people ORDER BY id; ")
        .await;
    let of = |feature: &str| {
        let found = told.iter().find(|it| it.feature == feature).unwrap();
        (found.value, found.withheld)
    };
    // Of 1 to 100 with 0 fifty times and then 1 fifty times: 25 / (28.866 * 0.5).
    assert_eq!(of("age"), (Some(0.87), None));
    // Of five of the fifty that are not: -0.025 / sqrt(0.05 * 0.95 * 0.25).
    assert_eq!(of("smokes"), (Some(-0.23), None));
    assert_eq!(of("income"), (None, Some(Withheld::Classified)));
    assert_eq!(of("same"), (None, Some(Withheld::Constant)));
    let few = "SELECT * FROM people WHERE age <= 30 -- the young";
    let told = bench.correlations(few).await;
    assert_eq!(told[0].withheld, Some(Withheld::FewRows));
}

#[tokio::test]
async fn what_cannot_be_looked_at_is_not_available_until_it_changes() {
    let bench = Bench::of(100).await;
    let profiles = Profiles::default();
    let watch = |engine| Watch {
        product: "test".to_owned(),
        engine: Arc::new(engine),
        datasets: vec![bench.people.clone()],
        models: Vec::new(),
        changes: Changes::new(),
        profiles: profiles.clone(),
    };
    let no_time = Limits {
        time: Duration::ZERO,
        ..Limits::default()
    };
    watch(Engine::new(no_time).unwrap()).look(&[]).await;
    let failed = profiles.public("people").unwrap();
    assert_eq!((failed.version, &failed.properties), (1, &None));
    let watch = watch(Engine::new(Limits::default()).unwrap());
    watch.look(&[]).await;
    assert_eq!(profiles.public("people").unwrap(), failed);
    bench.arrive(100, 2).await;
    watch.look(&[]).await;
    assert_eq!(of(&profiles.public("people").unwrap(), "age").rows, 200);
}

#[test]
fn only_what_everybody_may_see_is_open() {
    assert!(is_open(None) && is_open(Some("public")) && is_open(Some("internal")));
    for class in ["restricted", "phi", "secret", "Public"] {
        assert!(!is_open(Some(class)), "{class}");
    }
}
