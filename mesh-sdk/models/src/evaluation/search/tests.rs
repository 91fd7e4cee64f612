use std::ops::ControlFlow;

use serde_json::json;

use super::*;
use crate::Order;

/// A class that takes two questions to tell.
fn rows() -> (Table, Target) {
    let mut table = Table::new(vec!["x".to_owned()]);
    let mut classes = Vec::new();
    for row in 0..300i64 {
        let x = row * 37 % 100;
        table.push_row(&[x as f32]).unwrap();
        classes.push(i64::from((30..60).contains(&x)));
    }
    (table, Target::Classes(classes))
}

fn search() -> Search {
    Search {
        features: Features {
            numeric: vec!["x".to_owned()],
            ..Features::default()
        },
        algorithm: "decision-tree".to_owned(),
        grid: [
            ("max_depth".to_owned(), vec![json!(1), json!(2), json!(3)]),
            ("min_leaf".to_owned(), vec![json!(1), json!(100)]),
        ]
        .into(),
        draws: None,
        division: Division {
            order: Order::Stratified,
            folds: 3,
            repeats: 1,
            seed: 0,
        },
        measure: Measure::LogLoss,
        seed: 0,
    }
}

fn run(search: &Search) -> Result<SearchReport, ModelError> {
    let (table, target) = rows();
    search.run(&table, &target, &mut |_, _| ControlFlow::Continue(()))
}

#[test]
fn the_best_point_of_the_grid_comes_first() {
    let report = run(&search()).unwrap();
    assert_eq!(report.candidates.len(), 6);
    let best = &report.candidates[0];
    assert_eq!(best.parameters["min_leaf"], 1);
    assert!(best.parameters["max_depth"].as_i64() > Some(1));
    let scores: Vec<f64> = report
        .candidates
        .iter()
        .map(|candidate| candidate.score.mean)
        .collect();
    assert!(scores.is_sorted(), "{scores:?}");
}

#[test]
fn a_random_search_tries_different_points_the_same_for_a_seed() {
    let drawn = |seed| {
        let search = Search {
            draws: Some(4),
            seed,
            ..search()
        };
        search.points().unwrap()
    };
    let points = drawn(1);
    assert_eq!(points.len(), 4);
    assert!((0..4).all(|i| !points[..i].contains(&points[i])));
    assert_eq!(points, drawn(1));
    assert_ne!(points, drawn(2));
}

#[test]
fn what_cannot_be_tried_is_refused_before_anything_is_trained() {
    let refused = |change: fn(&mut Search)| {
        let mut search = search();
        change(&mut search);
        run(&search).unwrap_err().to_string()
    };
    let outside = refused(|search| {
        search
            .grid
            .insert("max_depth".to_owned(), vec![json!(2), json!(99)]);
    });
    assert!(outside.starts_with("parameter `max_depth`: is 99, must be from 1 to 64"));
    let empty = refused(|search| {
        search.grid.insert("min_leaf".to_owned(), Vec::new());
    });
    assert!(empty.contains("without values"), "{empty}");
    let draws = refused(|search| search.draws = Some(7));
    assert!(
        draws.starts_with("parameter `draws`: is 7, must be from 1 to 6"),
        "{draws}"
    );
    let measure = refused(|search| search.measure = Measure::Rmse);
    assert!(measure.starts_with("parameter `measure`"), "{measure}");
}
