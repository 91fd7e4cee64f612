//! Against the definition: the mean over all orders in which features become known.

use crate::exec::model::Executor;
use crate::exec::steps::Step;
use crate::random::Random;
use crate::{Algorithm, Features, Model, Pipeline, Table, Target};

use super::*;

/// What a tree says where only some columns are known: of the others, what training rows did.
fn expected(forest: &Forest, at: usize, row: &[f32], known: &[bool]) -> f64 {
    let node = forest.nodes[at];
    let [yes, no] = node.next.map(|next| next as usize);
    if yes == at {
        return f64::from(forest.leaves[node.threshold.to_bits() as usize]);
    }
    let go = |next| expected(forest, next, row, known);
    if known[node.feature as usize / 2] {
        return if row[node.feature as usize] <= node.threshold {
            go(yes)
        } else {
            go(no)
        };
    }
    let cover = |node: usize| f64::from(forest.covers[node]);
    (cover(yes) * go(yes) + cover(no) * go(no)) / cover(at)
}

fn orders(columns: usize) -> Vec<Vec<usize>> {
    if columns == 0 {
        return vec![Vec::new()];
    }
    let shorter = orders(columns - 1);
    let insert = |order: &Vec<usize>, at: usize| {
        let mut order = order.clone();
        order.insert(at, columns - 1);
        order
    };
    shorter
        .iter()
        .flat_map(|order| (0..columns).map(move |at| insert(order, at)))
        .collect()
}

fn forest_of(model: &Model) -> &Forest {
    let Executor::Tabular(program) = &model.executor else {
        panic!("trees are tabular")
    };
    let forest = program.steps.iter().find_map(|step| match step {
        Step::Forest(forest) => Some(forest),
        _ => None,
    });
    forest.unwrap()
}

#[test]
fn the_values_are_those_of_the_definition() {
    let mut random = Random::new(1);
    let mut table = Table::new((0..4).map(|i| format!("x{i}")).collect());
    let mut values = Vec::new();
    for _ in 0..300 {
        let row: [f32; 4] = std::array::from_fn(|_| random.unit() as f32);
        table.push_row(&row).unwrap();
        values.push(row[0] * row[1] + (row[2] * 7.0).sin() + 0.1 * row[3]);
    }
    let pipeline = Pipeline {
        features: Features {
            numeric: table.names().to_vec(),
            ..Features::default()
        },
        algorithm: Algorithm::named("decision-tree", &serde_json::Value::Null).unwrap(),
        seed: 0,
    };
    let trained = pipeline.fit(&table, &Target::Values(values)).unwrap();
    let model = Model::from_onnx(&trained.to_onnx().unwrap()).unwrap();
    let forest = forest_of(&model);
    assert!(forest.nodes.len() > 20);
    for i in 0..20 {
        let doubled: Vec<f32> = table.row(i).iter().flat_map(|&x| [x, x]).collect();
        let shap = TreeShap::explain(forest, &doubled).unwrap();
        let orders = orders(4);
        let mut contributions = [0.0; 4];
        for order in &orders {
            let mut known = [false; 4];
            let mut before = expected(forest, 0, &doubled, &known);
            for &column in order {
                known[column] = true;
                let now = expected(forest, 0, &doubled, &known);
                contributions[column] += (now - before) / orders.len() as f64;
                before = now;
            }
        }
        for (ours, definition) in shap.contributions[0].iter().zip(contributions) {
            assert!((ours - definition).abs() < 1e-9, "{ours} {definition}");
        }
        let base = expected(forest, 0, &doubled, &[false; 4]);
        assert!((shap.base[0] - base).abs() < 1e-9);
    }
}
