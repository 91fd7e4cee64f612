use ndarray::{Array1, Array2};

use linfa::DatasetBase;
use linfa::traits::{Fit, Predict};

use super::*;

fn grown(records: &Array2<f64>, targets: &[f64], limits: Limits) -> Tree {
    let bins = Bins::new(records);
    let weights = vec![1.0; targets.len()];
    let weighed = Weighed {
        outputs: 1,
        targets,
        weights: &weights,
    };
    let mut rows: Vec<u32> = (0..targets.len() as u32).collect();
    Grower::new(&bins, limits, 1).grow(&mut rows, &weighed, &mut Random::new(1))
}

fn all(records: &Array2<f64>) -> Limits {
    Limits {
        max_depth: 30,
        min_leaf: 1,
        l2: 0.0,
        columns: records.ncols(),
    }
}

fn random_records(rows: usize, columns: usize) -> Array2<f64> {
    let mut random = Random::new(5);
    Array2::from_shape_fn((rows, columns), |_| f64::from(random.unit() as f32))
}

fn say(tree: &Tree, row: ndarray::ArrayView1<f64>) -> f32 {
    tree.leaves[tree.leaf(|column| row[column] as f32)]
}

#[test]
fn a_tree_without_limits_remembers_every_row() {
    let records = random_records(200, 3);
    let targets: Vec<f64> = (0..200).map(|row| f64::from(row * 37 % 101)).collect();
    let tree = grown(&records, &targets, all(&records));
    for (row, target) in records.rows().into_iter().zip(&targets) {
        assert_eq!(f64::from(say(&tree, row)), *target);
    }
}

#[test]
fn limits_are_kept() {
    let records = random_records(500, 3);
    let targets: Vec<f64> = records
        .rows()
        .into_iter()
        .map(|row| row[0] * row[1])
        .collect();
    let limits = Limits {
        max_depth: 3,
        min_leaf: 40,
        ..all(&records)
    };
    let tree = grown(&records, &targets, limits);
    let leaves = tree
        .nodes
        .iter()
        .filter(|node| matches!(node.kind, Kind::Leaf(_)));
    assert!(leaves.clone().all(|leaf| leaf.cover >= 40.0));
    assert!(leaves.count() <= 8);
    assert_eq!(tree.nodes[0].cover, 500.0);
}

#[test]
fn rows_that_all_say_the_same_are_one_leaf() {
    let records = random_records(50, 2);
    let tree = grown(&records, &[0.1; 50], all(&records));
    assert_eq!(tree.nodes.len(), 1);
}

/// linfa-trees looks at every cut of every column, for the Gini impurity: of two classes the best first one is the same.
#[test]
fn the_first_question_is_the_one_that_linfa_asks() {
    let records = random_records(120, 4);
    let labels: Vec<bool> = records
        .rows()
        .into_iter()
        .map(|row| row[2] + 0.3 * row[0] > 0.6)
        .collect();
    let targets: Vec<f64> = labels
        .iter()
        .map(|&label| f64::from(u8::from(label)))
        .collect();
    let limits = Limits {
        max_depth: 1,
        ..all(&records)
    };
    let tree = grown(&records, &targets, limits);
    let dataset = DatasetBase::new(records.clone(), Array1::from(labels));
    let theirs = linfa_trees::DecisionTree::params()
        .max_depth(Some(1))
        .fit(&dataset)
        .unwrap();
    let predicted = theirs.predict(&records);
    for (row, theirs) in records.rows().into_iter().zip(&predicted) {
        assert_eq!(say(&tree, row) > 0.5, *theirs);
    }
}
