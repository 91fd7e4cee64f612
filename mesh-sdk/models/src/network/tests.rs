use prost::Message;

use crate::exec::testing::{constant, graph, int, ints, load, node, refusal};
use crate::onnx::proto::{
    AttributeProto, FLOAT, ModelProto, NodeProto, TensorProto, ValueInfoProto,
};
use crate::{Model, ModelError, Scores};

fn basic(operator: &str, input: &str, output: &str, attributes: &[AttributeProto]) -> NodeProto {
    let mut node = node(operator, input, output, attributes);
    node.domain = String::new();
    node
}

fn numbers(name: &str, dims: &[i64], values: &[f32]) -> TensorProto {
    TensorProto {
        name: name.to_owned(),
        data_type: FLOAT,
        dims: dims.to_vec(),
        float_data: values.to_vec(),
        ..TensorProto::default()
    }
}

/// As tract wants a model, which other than the tabular executor looks at versions.
fn network(
    width: i64,
    nodes: Vec<NodeProto>,
    constants: Vec<TensorProto>,
    outputs: &[&str],
) -> ModelProto {
    let mut model = graph(width, nodes);
    model.ir_version = 8;
    model.opset_import = [("", 17), ("ai.onnx.ml", 3)]
        .map(|(domain, version)| crate::onnx::proto::OperatorSetIdProto {
            domain: domain.to_owned(),
            version,
        })
        .to_vec();
    let graph = model.graph.as_mut().unwrap();
    graph.initializer.extend(constants);
    graph.output = outputs
        .iter()
        .map(|name| ValueInfoProto {
            name: (*name).to_owned(),
            ..ValueInfoProto::default()
        })
        .collect();
    model
}

fn score(model: &ModelProto, rows: &[f32]) -> (Vec<i64>, Vec<f32>) {
    let mut scores = Scores::new();
    load(model).unwrap().score(rows, &mut scores).unwrap();
    (scores.labels().to_vec(), scores.values)
}

/// A convolution of a row of three with [1, -1], of which the two results are a Softmax's.
fn convolution() -> ModelProto {
    let nodes = vec![
        basic("Conv", "x w", "convolved", &[]),
        basic("Flatten", "convolved", "flat", &[]),
        basic("Softmax", "flat", "probabilities", &[int("axis", 1)]),
    ];
    let mut model = network(
        3,
        nodes,
        vec![numbers("w", &[1, 1, 2], &[1.0, -1.0])],
        &["probabilities"],
    );
    let dims = &mut model.graph.as_mut().unwrap().input[0];
    let shape = dims.r#type.as_mut().unwrap().tensor_type.as_mut().unwrap();
    let shape = shape.shape.as_mut().unwrap();
    let mut one = shape.dim[1].clone();
    one.dim_value = Some(1);
    shape.dim.insert(1, one);
    model
}

#[test]
fn a_convolution_scores_one_row_as_many() {
    let rows = [1.0, 1.0, 3.0, 5.0, 2.0, 2.0];
    let (labels, values) = score(&convolution(), &rows);
    assert_eq!(labels, [0, 0]);
    let share = |a: f32, b: f32| a.exp() / (a.exp() + b.exp());
    for (value, expected) in values
        .iter()
        .step_by(2)
        .zip([share(0.0, -2.0), share(3.0, 0.0)])
    {
        assert!((value - expected).abs() < 1e-6, "{value} {expected}");
    }
    let many: Vec<f32> = rows.iter().copied().cycle().take(6 * 100).collect();
    let (labels_of_many, values_of_many) = score(&convolution(), &many);
    assert_eq!((labels_of_many.len(), values_of_many.len()), (200, 400));
    assert_eq!(values_of_many[396..], values[..]);
    let model = load(&convolution()).unwrap();
    assert_eq!(model.classes(), [0, 1]);
    let explained = model.explain(&rows[..3]).unwrap_err();
    assert_eq!(explained.code(), "model-not-explainable");
}

/// Where is not among the operators of the tabular executor.
#[test]
fn a_label_and_probabilities_are_those_of_the_graph() {
    let nodes = vec![
        basic("Greater", "x half", "above", &[]),
        basic("Where", "above x half", "scores", &[]),
        basic(
            "ArgMax",
            "scores",
            "position",
            &[int("axis", 1), int("keepdims", 0)],
        ),
        node("ArrayFeatureExtractor", "two_flat position", "picked", &[]),
        basic("Reshape", "picked flat", "label", &[]),
    ];
    let half = numbers("half", &[1], &[0.5]);
    let model = network(
        2,
        nodes,
        vec![half, constant("flat", &[-1])],
        &["label", "scores"],
    );
    let (labels, values) = score(&model, &[0.0, 2.0, 0.75, 0.25]);
    assert_eq!(labels, [2, -1]);
    assert_eq!(values, [0.5, 2.0, 0.75, 0.5]);
}

#[test]
fn what_neither_executor_runs_is_refused_by_name() {
    let mixed = network(
        2,
        vec![
            node("Scaler", "x", "scaled", &[]),
            basic("Where", "scaled x x", "y", &[]),
        ],
        Vec::new(),
        &["y"],
    );
    let mut scaler = mixed.clone();
    scaler.graph.as_mut().unwrap().node.swap(0, 1);
    assert_eq!(
        refusal(&scaler),
        "not a usable ONNX model: no executor has all of its operators: the tabular one lacks `Where`, tract lacks `Scaler` of node `scaled`"
    );
    let neither = network(
        2,
        vec![basic("TfIdfVectorizer", "x", "y", &[])],
        Vec::new(),
        &["y"],
    );
    assert_eq!(
        load(&neither).unwrap_err(),
        ModelError::UnsupportedOperator {
            operator: "TfIdfVectorizer".to_owned(),
            node: "y".to_owned()
        }
    );
    let three = network(
        2,
        vec![basic("Where", "x x x", "y", &[])],
        Vec::new(),
        &["y"],
    );
    let message = refusal(&three);
    assert!(
        message.contains("`Where`") && message.contains("tract does not run it"),
        "{message}"
    );
}

#[test]
fn operators_that_are_newer_than_those_that_were_tried_are_refused() {
    let mut newer = convolution();
    newer.opset_import[0].version = 25;
    let message = refusal(&newer);
    assert!(message.contains("opset 25 is newer than 24"), "{message}");
}

/// What is left of a row without the mean of all rows depends on the others.
#[test]
fn a_network_that_mixes_rows_is_refused() {
    let nodes = vec![
        basic("ReduceMean", "x", "mean", &[ints("axes", &[0])]),
        basic("Sub", "x mean", "rest", &[]),
        basic("Softmax", "rest", "y", &[int("axis", 1)]),
    ];
    let message = refusal(&network(2, nodes, Vec::new(), &["y"]));
    assert!(message.contains("mixes rows"), "{message}");
}

/// A network that would take hundreds of gigabytes.
#[test]
fn a_network_that_is_too_large_is_refused() {
    let nodes = vec![
        basic("Tile", "x many", "wide", &[]),
        basic("ReduceMax", "wide", "y", &[ints("axes", &[1])]),
    ];
    let model = network(2, nodes, vec![constant("many", &[1, 1 << 36])], &["y"]);
    let message = refusal(&model);
    assert!(
        message.contains("makes more than 16777216 numbers"),
        "{message}"
    );
}

#[test]
fn damaged_networks_never_panic() {
    let onnx = convolution().encode_to_vec();
    let mut random = crate::random::Random::new(5);
    for _ in 0..2_000 {
        let mut damaged = onnx.clone();
        let at = random.below(damaged.len());
        damaged[at] = random.below(256) as u8;
        if let Ok(model) = Model::from_onnx(&damaged) {
            let rows = vec![1.0; model.features().len() * 3];
            let _ = model.score(&rows, &mut Scores::new());
        }
    }
}
