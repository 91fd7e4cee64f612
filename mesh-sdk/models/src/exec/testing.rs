//! Small graphs, each written for one behaviour of the executor. What a test expects is what onnxruntime 1.31 answers.

use prost::Message;

use crate::exec::model::Model;
use crate::onnx::graph::ML;
use crate::onnx::proto::{
    AttributeProto, DimensionProto, FLOAT, GraphProto, INT64, ModelProto, NodeProto, TensorProto,
    TensorShapeProto, TensorTypeProto, TypeProto, ValueInfoProto, attribute_type,
};
use crate::{ModelError, Scores};

pub(crate) const NAN: f32 = f32::NAN;

pub(crate) fn floats(name: &str, floats: &[f32]) -> AttributeProto {
    let r#type = attribute_type::FLOATS;
    AttributeProto {
        name: name.to_owned(),
        floats: floats.to_vec(),
        r#type,
        ..AttributeProto::default()
    }
}

pub(crate) fn ints(name: &str, ints: &[i64]) -> AttributeProto {
    let r#type = attribute_type::INTS;
    AttributeProto {
        name: name.to_owned(),
        ints: ints.to_vec(),
        r#type,
        ..AttributeProto::default()
    }
}

pub(crate) fn int(name: &str, i: i64) -> AttributeProto {
    let r#type = attribute_type::INT;
    AttributeProto {
        name: name.to_owned(),
        i: Some(i),
        r#type,
        ..AttributeProto::default()
    }
}

pub(crate) fn float(name: &str, f: f32) -> AttributeProto {
    let r#type = attribute_type::FLOAT;
    AttributeProto {
        name: name.to_owned(),
        f: Some(f),
        r#type,
        ..AttributeProto::default()
    }
}

pub(crate) fn string(name: &str, s: &str) -> AttributeProto {
    let (s, r#type) = (Some(s.as_bytes().to_vec()), attribute_type::STRING);
    AttributeProto {
        name: name.to_owned(),
        s,
        r#type,
        ..AttributeProto::default()
    }
}

pub(crate) fn strings(name: &str, strings: &[&str]) -> AttributeProto {
    crate::onnx::graph::strings(name, strings)
}

/// A node of the domain that its operator is in; inputs and outputs are words.
pub(crate) fn node(
    operator: &str,
    input: &str,
    output: &str,
    attribute: &[AttributeProto],
) -> NodeProto {
    let basic = [
        "Abs",
        "Add",
        "Cast",
        "Clip",
        "Concat",
        "Div",
        "Equal",
        "Exp",
        "Constant",
        "ConstantOfShape",
        "Flatten",
        "Gather",
        "Gemm",
        "GreaterOrEqual",
        "Identity",
        "ArgMax",
        "Less",
        "LessOrEqual",
        "Log",
        "MatMul",
        "Mul",
        "Neg",
        "Reciprocal",
        "ReduceLogSumExp",
        "ReduceMax",
        "ReduceMin",
        "ReduceProd",
        "ReduceMean",
        "Reshape",
        "Shape",
        "Sigmoid",
        "Softmax",
        "Sqrt",
        "Sub",
        "TfIdfVectorizer",
        "TopK",
    ];
    NodeProto {
        input: input.split_whitespace().map(str::to_owned).collect(),
        output: output.split_whitespace().map(str::to_owned).collect(),
        op_type: operator.to_owned(),
        domain: if basic.contains(&operator) { "" } else { ML }.to_owned(),
        attribute: attribute.to_vec(),
        ..NodeProto::default()
    }
}

/// Scores of columns 0 and 1 of `x`, unless other coefficients are given, untransformed.
pub(crate) fn classifier(input: &str, coefficients: &[f32]) -> NodeProto {
    let attributes = [
        ints("classlabels_ints", &[5, 9]),
        floats("coefficients", coefficients),
        floats("intercepts", &[0.0, 0.0]),
    ];
    node("LinearClassifier", input, "label scores", &attributes)
}

pub(crate) fn input(name: &str, width: i64) -> ValueInfoProto {
    let dim = |dim_value| DimensionProto {
        dim_value,
        dim_param: None,
    };
    let shape = Some(TensorShapeProto {
        dim: vec![dim(None), dim(Some(width))],
    });
    let tensor_type = Some(TensorTypeProto {
        elem_type: FLOAT,
        shape,
    });
    ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(TypeProto { tensor_type }),
        ..ValueInfoProto::default()
    }
}

pub(crate) fn constant(name: &str, values: &[i64]) -> TensorProto {
    let (dims, raw_data) = (
        vec![values.len() as i64],
        values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect(),
    );
    TensorProto {
        name: name.to_owned(),
        data_type: INT64,
        dims,
        raw_data,
        ..TensorProto::default()
    }
}

/// A graph of one input `x` with this many columns, constants `zero` = [0], `one` = [1], `two_flat` = [-1, 2].
pub(crate) fn graph(width: i64, node: Vec<NodeProto>) -> ModelProto {
    let output = |name: &str| ValueInfoProto {
        name: name.to_owned(),
        ..ValueInfoProto::default()
    };
    let graph = GraphProto {
        node,
        initializer: vec![
            constant("zero", &[0]),
            constant("one", &[1]),
            constant("two_flat", &[-1, 2]),
        ],
        input: vec![input("x", width)],
        output: vec![output("label"), output("scores")],
        ..GraphProto::default()
    };
    ModelProto {
        graph: Some(graph),
        ..ModelProto::default()
    }
}

pub(crate) fn load(model: &ModelProto) -> Result<Model, ModelError> {
    Model::from_onnx(&model.encode_to_vec())
}

pub(crate) fn refusal(model: &ModelProto) -> String {
    load(model).map(drop).unwrap_err().to_string()
}

/// What the two columns are that reach the classifier, seen through coefficients that pass them on.
pub(crate) fn columns(width: i64, mut nodes: Vec<NodeProto>, rows: &[f32]) -> Vec<f32> {
    nodes.push(classifier("y", &[1.0, 0.0, 0.0, 1.0]));
    let mut scores = Scores::new();
    load(&graph(width, nodes))
        .unwrap()
        .score(rows, &mut scores)
        .unwrap();
    scores.probabilities().to_vec()
}
