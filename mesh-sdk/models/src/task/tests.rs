use serde_json::Value;

use super::*;
use crate::{Features, Pipeline, Table, Target};

/// What an algorithm is said to learn is what it learns.
#[test]
fn an_algorithm_learns_what_it_says_and_refuses_the_rest() {
    let mut table = Table::new(vec!["a".to_owned(), "b".to_owned()]);
    let rows = || (0..90).map(|row| (row % 3, (row * 37 % 90) as f32 / 90.0));
    for (class, noise) in rows() {
        table.push_row(&[class as f32 + noise, noise]).unwrap();
    }
    let classes = |count: i64| Target::Classes(rows().map(|(class, _)| class % count).collect());
    let tasks = [
        (Task::YesOrNo, classes(2)),
        (Task::Class, classes(3)),
        (
            Task::Quantity,
            Target::Values(rows().map(|(_, noise)| noise).collect()),
        ),
    ];
    for name in Algorithm::NAMES {
        let pipeline = Pipeline {
            features: Features {
                numeric: vec!["a".to_owned(), "b".to_owned()],
                ..Features::default()
            },
            algorithm: Algorithm::named(name, &Value::Null).unwrap(),
            seed: 1,
        };
        for (task, target) in &tasks {
            let learned = pipeline.fit(&table, target);
            assert_eq!(
                learned.is_ok(),
                task.is_learned_by(&pipeline.algorithm),
                "{name} {task:?}: {:?}",
                learned.err()
            );
        }
    }
}
