//! A trained model as an ONNX file.

use prost::Message;

use crate::ModelError;
use crate::onnx::graph::{Graph, ML, floats, int, value};
use crate::onnx::proto::{
    FLOAT, GraphProto, INT64, ModelProto, OperatorSetIdProto, StringStringEntryProto,
};
use crate::train::encoding::{Encoding, Numeric};
use crate::train::heads::Head;
use crate::train::trained::Trained;

/// The key of the model's metadata that holds the features' names, a JSON array in the order of the input's columns.
pub(crate) const FEATURE_NAMES: &str = "feature_names";
/// The key of the metadata that holds the mean of each encoded column over the rows that were learned from, a JSON array: what a
/// linear model is explained against.
pub(crate) const ENCODED_MEANS: &str = "encoded_means";

/// The format of the file and the operator sets, chosen old enough for every runtime in use.
const IR_VERSION: i64 = 8;
const OPSET: i64 = 17;
const ML_OPSET: i64 = 3;

/// The most training rows that nearest neighbours are exported with: each takes columns of the executor.
const MAX_NEIGHBOURS: usize = 20_000;

/// The ONNX file of this model.
pub(crate) fn model(trained: &Trained) -> Result<Vec<u8>, ModelError> {
    let opset = |domain: &str, version| OperatorSetIdProto {
        domain: domain.to_owned(),
        version,
    };
    let entry = |key: &str, value: serde_json::Value| StringStringEntryProto {
        key: key.to_owned(),
        value: value.to_string(),
    };
    let mut metadata_props = vec![entry(FEATURE_NAMES, trained.features().into())];
    if matches!(trained.head, Head::Linear(_)) && trained.encoding.projection.is_none() {
        metadata_props.push(entry(ENCODED_MEANS, trained.means.clone().into()));
    }
    let model = ModelProto {
        ir_version: IR_VERSION,
        producer_name: "meshwork".to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        graph: Some(graph(trained)?),
        opset_import: vec![opset("", OPSET), opset(ML, ML_OPSET)],
        metadata_props,
    };
    Ok(model.encode_to_vec())
}

fn graph(trained: &Trained) -> Result<GraphProto, ModelError> {
    let mut graph = Graph::default();
    let encoded = encode(&mut graph, &trained.encoding);
    let classes = &trained.classes;
    match (&trained.head, classes.is_empty()) {
        (Head::Linear(linear), false) => linear.export_classifier(&mut graph, encoded, classes),
        (Head::Linear(linear), true) => linear.export_regressor(&mut graph, encoded),
        (Head::Trees(trees), false) => trees.export_classifier(&mut graph, encoded, classes),
        (Head::Trees(trees), true) => trees.export_regressor(&mut graph, encoded),
        (Head::Gaussian(gaussian), _) => gaussian.export(&mut graph, &encoded, classes),
        (Head::Neighbours(neighbours), _) if neighbours.rows() > MAX_NEIGHBOURS => {
            return Err(ModelError::NotExportable {
                algorithm: trained.algorithm,
                reason: "it keeps every training row, and there are more than 20,000",
            });
        }
        (Head::Neighbours(neighbours), false) => {
            neighbours.export_classifier(&mut graph, encoded, classes);
        }
        (Head::Neighbours(neighbours), true) => neighbours.export_regressor(&mut graph, encoded),
    }
    let names = trained.features();
    let features = format!(
        "One row per case, NaN where a value is missing. Columns: {}.",
        names.join(", ")
    );
    let output = if classes.is_empty() {
        let doc = "The predicted quantity.";
        vec![value("value", FLOAT, Some(1), doc)]
    } else {
        let label = "The most probable class, the first of equals.";
        let probabilities = "The probability of each class.";
        vec![
            value("label", INT64, None, label),
            value("probabilities", FLOAT, Some(classes.len()), probabilities),
        ]
    };
    Ok(GraphProto {
        node: graph.nodes,
        name: trained.algorithm.to_owned(),
        initializer: graph.constants,
        doc_string: "Preprocessing and a model: rows of features to answers.".to_owned(),
        input: vec![value("features", FLOAT, Some(names.len()), &features)],
        output,
    })
}

/// Adds the preprocessing and gives the name of the encoded rows.
fn encode(graph: &mut Graph, encoding: &Encoding) -> String {
    let mut encoded = Vec::new();
    if !encoding.numeric.is_empty() {
        encoded.push(numeric(graph, &encoding.numeric));
    }
    for feature in &encoding.categorical {
        let name = format!("category_{}", feature.column);
        let taken = graph.columns(&name, vec![feature.column as i64]);
        let present = graph.imputer(&name, taken, vec![feature.usual as f32]);
        encoded.push(graph.one_hot(&name, present, feature.categories.clone()));
    }
    for feature in &encoding.bucketed {
        let name = format!("bucket_{}", feature.column);
        let taken = graph.columns(&name, vec![feature.column as i64]);
        let present = graph.imputer(&name, taken, vec![feature.median]);
        let edges = graph.numbers(&format!("{name}_edges"), feature.edges.clone());
        let above = graph.basic(
            "GreaterOrEqual",
            &format!("{name}_above"),
            vec![present, edges],
        );
        let above = graph.basic("Cast", &format!("{name}_ones"), vec![above]);
        graph.attribute(int("to", i64::from(FLOAT)));
        let axes = graph.integers(&format!("{name}_axes"), vec![1]);
        let number = graph.basic("ReduceSum", &format!("{name}_number"), vec![above, axes]);
        let buckets = (0..=feature.edges.len() as i64).collect();
        encoded.push(graph.one_hot(&name, number, buckets));
    }
    let encoded = graph.concat("encoded", encoded);
    match &encoding.projection {
        None => encoded,
        Some(projection) => {
            let weights: Vec<f64> = projection.components.iter().copied().collect();
            let intercepts: Vec<f64> = projection.offsets.iter().map(|offset| -offset).collect();
            graph.regressor(
                "LinearRegressor",
                "components",
                encoded,
                &weights,
                &intercepts,
            )
        }
    }
}

fn numeric(graph: &mut Graph, features: &[Numeric]) -> String {
    let columns = features.iter().map(|feature| feature.column as i64);
    let medians = features.iter().map(|feature| feature.median);
    let taken = graph.columns("numeric", columns.collect());
    let present = graph.imputer("numeric", taken, medians.collect());
    let scales: Option<Vec<_>> = features.iter().map(|feature| feature.scale).collect();
    let Some(scales) = scales else {
        return present;
    };
    let offsets = scales.iter().map(|scale| scale.mean as f32).collect();
    let factors = scales.iter().map(|scale| (1.0 / scale.deviation) as f32);
    let scaled = graph.ml("Scaler", "numeric_scaled", vec![present]);
    graph.attribute(floats("offset", offsets));
    graph.attribute(floats("scale", factors.collect()));
    scaled
}
