//! That ensembles score as in onnxruntime is tested with many made by chance, where that runtime is; here, that what is not a tree is
//! refused, and what each kind of comparison does on its threshold and with what is missing.

use crate::Scores;
use crate::exec::testing::{NAN, floats, graph, int, ints, load, node, refusal, string, strings};
use crate::onnx::proto::{AttributeProto, ModelProto};

/// A root of this mode, threshold 1, with a leaf of 10 for yes and of 20 for no.
fn attributes(mode: &str, missing: i64) -> Vec<AttributeProto> {
    vec![
        ints("nodes_treeids", &[0, 0, 0]),
        ints("nodes_nodeids", &[0, 1, 2]),
        ints("nodes_featureids", &[0, 0, 0]),
        strings("nodes_modes", &[mode, "LEAF", "LEAF"]),
        floats("nodes_values", &[1.0, 0.0, 0.0]),
        ints("nodes_truenodeids", &[1, 0, 0]),
        ints("nodes_falsenodeids", &[2, 0, 0]),
        ints("nodes_missing_value_tracks_true", &[missing, 0, 0]),
        ints("target_treeids", &[0, 0]),
        ints("target_nodeids", &[1, 2]),
        ints("target_ids", &[0, 0]),
        floats("target_weights", &[10.0, 20.0]),
    ]
}

fn regressor(attributes: &[AttributeProto]) -> ModelProto {
    let node = node("TreeEnsembleRegressor", "x", "value", attributes);
    let mut model = graph(2, vec![node]);
    let outputs = &mut model.graph.as_mut().unwrap().output;
    outputs.truncate(1);
    outputs[0].name = "value".to_owned();
    model
}

fn changed(name: &str, to: AttributeProto) -> String {
    let mut attributes = attributes("BRANCH_LEQ", 0);
    attributes.retain(|attribute| attribute.name != name);
    attributes.push(to);
    refusal(&regressor(&attributes))
}

#[test]
fn each_comparison_decides_below_at_and_above_the_threshold_and_where_there_is_nothing() {
    let of = |mode: &str, missing: i64| {
        let mut scores = Scores::new();
        let rows = [0.0, 0.0, 1.0, 0.0, 2.0, 0.0, NAN, 0.0, -0.0, 0.0];
        let model = load(&regressor(&attributes(mode, missing))).unwrap();
        model.score(&rows, &mut scores).unwrap();
        let yes = scores
            .quantities()
            .iter()
            .map(|value| if *value == 10.0 { 'y' } else { 'n' });
        yes.take(4).collect::<String>()
    };
    for (mode, expected) in [
        ("BRANCH_LEQ", "yyn"),
        ("BRANCH_LT", "ynn"),
        ("BRANCH_GTE", "nyy"),
        ("BRANCH_GT", "nny"),
        ("BRANCH_EQ", "nyn"),
    ] {
        assert_eq!(of(mode, 0), format!("{expected}n"), "{mode}");
        assert_eq!(of(mode, 1), format!("{expected}y"), "{mode}");
    }
    // What is missing is unequal to anything, whatever the file says.
    assert_eq!(of("BRANCH_NEQ", 0), "ynyy");
    assert_eq!(of("BRANCH_NEQ", 1), "ynyy");
}

fn says(name: &str, to: AttributeProto, reason: &str) {
    let refusal = changed(name, to);
    assert!(refusal.contains(reason), "{refusal}");
}

#[test]
fn what_is_not_a_tree_is_refused() {
    says(
        "nodes_truenodeids",
        ints("nodes_truenodeids", &[2, 0, 0]),
        "go on to the same one",
    );
    says(
        "nodes_truenodeids",
        ints("nodes_truenodeids", &[0, 0, 0]),
        "no root leads to some node",
    );
    says(
        "nodes_truenodeids",
        ints("nodes_truenodeids", &[9, 0, 0]),
        "goes on to none",
    );
    says(
        "nodes_nodeids",
        ints("nodes_nodeids", &[0, 1, 1]),
        "two nodes of one number",
    );
    says(
        "nodes_treeids",
        ints("nodes_treeids", &[0, 0, 1]),
        "is of no leaf",
    );
    says(
        "nodes_featureids",
        ints("nodes_featureids", &[2, 0, 0]),
        "outside its input's 2",
    );
    says(
        "nodes_featureids",
        ints("nodes_featureids", &[0, 0]),
        "has 2 values where others have 3",
    );
    says(
        "target_nodeids",
        ints("target_nodeids", &[0, 2]),
        "is of no leaf",
    );
    says(
        "target_ids",
        ints("target_ids", &[0, 1]),
        "output that is not there",
    );
    says(
        "nodes_modes",
        strings("nodes_modes", &["BRANCH_MEMBER", "LEAF", "LEAF"]),
        "mode",
    );
    says(
        "nodes_values",
        floats("nodes_values", &[NAN, 0.0, 0.0]),
        "something that is no number",
    );
}

#[test]
fn what_is_done_with_the_sums_must_be_known() {
    says(
        "aggregate_function",
        string("aggregate_function", "MIN"),
        "`MIN` is not supported",
    );
    says("n_targets", int("n_targets", 0), "output that is not there");
    says(
        "base_values",
        floats("base_values", &[1.0, 2.0, 3.0]),
        "base value for each output",
    );
}
