//! A trained model as an ONNX graph.

use prost::Message;

use crate::Fitted;
use crate::onnx::proto::{
    AttributeProto, DimensionProto, FLOAT, GraphProto, INT64, ModelProto, NodeProto,
    OperatorSetIdProto, StringStringEntryProto, TensorProto, TensorShapeProto, TensorTypeProto,
    TypeProto, ValueInfoProto, attribute_type,
};
use crate::train::encoding::Numeric;

/// The key of the model's metadata that holds the features' names, a JSON array in the order of the input's columns.
pub(crate) const FEATURE_NAMES: &str = "feature_names";
/// The domain of the classical machine learning operators.
pub(crate) const ML: &str = "ai.onnx.ml";

/// The format of the file and the operator sets, chosen old enough for every runtime in use.
const IR_VERSION: i64 = 8;
const OPSET: i64 = 17;
const ML_OPSET: i64 = 3;

/// The ONNX file of this model.
pub(crate) fn model(fitted: &Fitted) -> Vec<u8> {
    let names = fitted.features();
    let opset = |domain: &str, version| OperatorSetIdProto {
        domain: domain.to_owned(),
        version,
    };
    let feature_names = StringStringEntryProto {
        key: FEATURE_NAMES.to_owned(),
        value: serde_json::Value::from(names.to_vec()).to_string(),
    };
    let model = ModelProto {
        ir_version: IR_VERSION,
        producer_name: "meshwork".to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        graph: Some(graph(fitted)),
        opset_import: vec![opset("", OPSET), opset(ML, ML_OPSET)],
        metadata_props: vec![feature_names],
    };
    model.encode_to_vec()
}

fn graph(fitted: &Fitted) -> GraphProto {
    let mut graph = Graph::default();
    let encoding = fitted.encoding();
    let mut encoded = Vec::new();
    if !encoding.numeric().is_empty() {
        let columns: Vec<i64> = encoding
            .numeric()
            .iter()
            .map(|feature| feature.column as i64)
            .collect();
        let each = |of: fn(&Numeric) -> f64| -> Vec<f32> {
            encoding
                .numeric()
                .iter()
                .map(|feature| of(feature) as f32)
                .collect()
        };
        let taken = graph.columns("numeric", columns);
        let present = graph.imputer("numeric", taken, each(|feature| feature.median));
        let scaled = graph.node(ML, "Scaler", "numeric_scaled", vec![present]);
        graph.attribute(floats("offset", each(|feature| feature.mean)));
        graph.attribute(floats("scale", each(|feature| 1.0 / feature.deviation)));
        encoded.push(scaled);
    }
    for feature in encoding.categorical() {
        let name = format!("category_{}", feature.column);
        let taken = graph.columns(&name, vec![feature.column as i64]);
        let present = graph.imputer(&name, taken, vec![feature.usual as f32]);
        let one_hot = graph.node(
            ML,
            "OneHotEncoder",
            &format!("{name}_one_hot"),
            vec![present],
        );
        graph.attribute(ints("cats_int64s", feature.categories.clone()));
        graph.attribute(int("zeros", 1));
        // The encoder adds a dimension: [N, 1, categories].
        encoded.push(graph.node("", "Flatten", &format!("{name}_encoded"), vec![one_hot]));
        graph.attribute(int("axis", 1));
    }
    let encoded = graph.node("", "Concat", "encoded", encoded);
    graph.attribute(int("axis", 1));
    graph.classifier(encoded, fitted.coefficients(), fitted.intercept());

    let names = fitted.features();
    let features = format!(
        "One row per case, NaN where a value is missing. Columns: {}.",
        names.join(", ")
    );
    GraphProto {
        node: graph.nodes,
        name: "classifier".to_owned(),
        initializer: graph.constants,
        doc_string: "Preprocessing and a logistic regression: rows of features to the class and its probabilities.".to_owned(),
        input: vec![value("features", FLOAT, Some(names.len()), &features)],
        output: vec![
            value("label", INT64, None, "The more probable class: 0 negative, 1 positive."),
            value("probabilities", FLOAT, Some(2), "The probabilities of class 0 and class 1."),
        ],
    }
}

/// A graph in the making: nodes in the order they run.
#[derive(Default)]
struct Graph {
    nodes: Vec<NodeProto>,
    constants: Vec<TensorProto>,
}

impl Graph {
    /// Adds a node with one output, which gives its name to the node, and returns that name.
    fn node(&mut self, domain: &str, operator: &str, output: &str, input: Vec<String>) -> String {
        self.nodes.push(NodeProto {
            input,
            output: vec![output.to_owned()],
            name: output.to_owned(),
            op_type: operator.to_owned(),
            attribute: Vec::new(),
            domain: domain.to_owned(),
        });
        output.to_owned()
    }

    /// Adds an attribute to the latest node.
    fn attribute(&mut self, attribute: AttributeProto) {
        self.nodes
            .last_mut()
            .expect("an attribute follows its node")
            .attribute
            .push(attribute);
    }

    /// These columns of the input.
    fn columns(&mut self, name: &str, columns: Vec<i64>) -> String {
        let constant = format!("{name}_columns");
        self.constants.push(TensorProto {
            dims: vec![columns.len() as i64],
            data_type: INT64,
            int64_data: columns,
            name: constant.clone(),
            ..TensorProto::default()
        });
        self.node(
            ML,
            "ArrayFeatureExtractor",
            name,
            vec!["features".to_owned(), constant],
        )
    }

    /// The columns of `input` with these values where one is missing.
    fn imputer(&mut self, name: &str, input: String, values: Vec<f32>) -> String {
        let output = self.node(ML, "Imputer", &format!("{name}_imputed"), vec![input]);
        self.attribute(floats("imputed_value_floats", values));
        self.attribute(AttributeProto {
            name: "replaced_value_float".to_owned(),
            f: Some(f32::NAN),
            r#type: attribute_type::FLOAT,
            ..AttributeProto::default()
        });
        output
    }

    /// Both classes get a score, one the negative of the other, whose logistic functions add up to one.
    fn classifier(&mut self, input: String, coefficients: &[f64], intercept: f64) {
        self.node(ML, "LinearClassifier", "label", vec![input]);
        let negative = coefficients.iter().map(|&weight| -weight as f32);
        let positive = coefficients.iter().map(|&weight| weight as f32);
        self.attribute(ints("classlabels_ints", vec![0, 1]));
        self.attribute(floats("coefficients", negative.chain(positive).collect()));
        self.attribute(floats(
            "intercepts",
            vec![-intercept as f32, intercept as f32],
        ));
        self.attribute(AttributeProto {
            name: "post_transform".to_owned(),
            s: Some(b"LOGISTIC".to_vec()),
            r#type: attribute_type::STRING,
            ..AttributeProto::default()
        });
        self.nodes
            .last_mut()
            .expect("the classifier was just added")
            .output
            .push("probabilities".to_owned());
    }
}

fn floats(name: &str, floats: Vec<f32>) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        floats,
        r#type: attribute_type::FLOATS,
        ..AttributeProto::default()
    }
}

fn ints(name: &str, ints: Vec<i64>) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        ints,
        r#type: attribute_type::INTS,
        ..AttributeProto::default()
    }
}

fn int(name: &str, i: i64) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        i: Some(i),
        r#type: attribute_type::INT,
        ..AttributeProto::default()
    }
}

/// An input or output: N rows, of `width` values where it has two dimensions.
fn value(name: &str, elem_type: i32, width: Option<usize>, doc: &str) -> ValueInfoProto {
    let rows = DimensionProto {
        dim_value: None,
        dim_param: Some("N".to_owned()),
    };
    let width = width.map(|width| DimensionProto {
        dim_value: Some(width as i64),
        dim_param: None,
    });
    let shape = TensorShapeProto {
        dim: std::iter::once(rows).chain(width).collect(),
    };
    ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(TypeProto {
            tensor_type: Some(TensorTypeProto {
                elem_type,
                shape: Some(shape),
            }),
        }),
        doc_string: doc.to_owned(),
    }
}
