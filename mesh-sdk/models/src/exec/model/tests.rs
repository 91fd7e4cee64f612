//! Small graphs, each written for one behaviour; what onnxruntime 1.31 answers to them is the expectation.

use super::*;
use crate::onnx::export::ML;
use crate::onnx::proto::*;

const NAN: f32 = f32::NAN;

fn floats(name: &str, floats: &[f32]) -> AttributeProto {
    let r#type = attribute_type::FLOATS;
    AttributeProto {
        name: name.to_owned(),
        floats: floats.to_vec(),
        r#type,
        ..AttributeProto::default()
    }
}

fn ints(name: &str, ints: &[i64]) -> AttributeProto {
    let r#type = attribute_type::INTS;
    AttributeProto {
        name: name.to_owned(),
        ints: ints.to_vec(),
        r#type,
        ..AttributeProto::default()
    }
}

fn int(name: &str, i: i64) -> AttributeProto {
    let r#type = attribute_type::INT;
    AttributeProto {
        name: name.to_owned(),
        i: Some(i),
        r#type,
        ..AttributeProto::default()
    }
}

fn float(name: &str, f: f32) -> AttributeProto {
    let r#type = attribute_type::FLOAT;
    AttributeProto {
        name: name.to_owned(),
        f: Some(f),
        r#type,
        ..AttributeProto::default()
    }
}

fn string(name: &str, s: &str) -> AttributeProto {
    let (s, r#type) = (Some(s.as_bytes().to_vec()), attribute_type::STRING);
    AttributeProto {
        name: name.to_owned(),
        s,
        r#type,
        ..AttributeProto::default()
    }
}

/// A node of the domain that its operator is in; inputs and outputs are words.
fn node(operator: &str, input: &str, output: &str, attribute: &[AttributeProto]) -> NodeProto {
    let basic = [
        "Cast", "Concat", "Flatten", "Gather", "Identity", "Reshape", "Gemm",
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
fn classifier(input: &str, coefficients: &[f32]) -> NodeProto {
    let attributes = [
        ints("classlabels_ints", &[5, 9]),
        floats("coefficients", coefficients),
        floats("intercepts", &[0.0, 0.0]),
    ];
    node("LinearClassifier", input, "label scores", &attributes)
}

fn input(name: &str, width: i64) -> ValueInfoProto {
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

fn constant(name: &str, values: &[i64]) -> TensorProto {
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
fn graph(width: i64, node: Vec<NodeProto>) -> ModelProto {
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

fn load(model: &ModelProto) -> Result<Model, ModelError> {
    Model::from_onnx(&model.encode_to_vec())
}

fn refusal(model: &ModelProto) -> String {
    load(model).map(drop).unwrap_err().to_string()
}

/// What the two columns are that reach the classifier, seen through coefficients that pass them on.
fn columns(width: i64, mut nodes: Vec<NodeProto>, rows: &[f32]) -> Vec<f32> {
    nodes.push(classifier("y", &[1.0, 0.0, 0.0, 1.0]));
    let mut scores = Scores::new();
    load(&graph(width, nodes))
        .unwrap()
        .score(rows, &mut scores)
        .unwrap();
    scores.probabilities().to_vec()
}

#[test]
fn an_operator_that_is_lacking_is_refused_by_name_with_its_node() {
    let mut gemm = node("Gemm", "x", "y", &[]);
    gemm.name = "dense_1".to_owned();
    let error = load(&graph(2, vec![gemm])).unwrap_err();
    assert_eq!(
        error,
        ModelError::UnsupportedOperator {
            operator: "Gemm".to_owned(),
            node: "dense_1".to_owned()
        }
    );
    let forest = graph(
        2,
        vec![node("TreeEnsembleClassifier", "x", "label scores", &[])],
    );
    assert_eq!(
        refusal(&forest),
        "operator `ai.onnx.ml.TreeEnsembleClassifier` of node `label` is not supported"
    );
}

#[test]
fn missing_values_are_imputed_and_scaled_per_column_or_all_alike() {
    let missing = float("replaced_value_float", NAN);
    let each = node(
        "Imputer",
        "x",
        "y",
        &[floats("imputed_value_floats", &[3.0, 4.0]), missing.clone()],
    );
    assert_eq!(
        columns(2, vec![each], &[1.0, NAN, NAN, 2.0]),
        [1.0, 4.0, 3.0, 2.0]
    );
    let all = node(
        "Imputer",
        "x",
        "y",
        &[floats("imputed_value_floats", &[3.0]), missing],
    );
    assert_eq!(
        columns(2, vec![all], &[0.0, NAN, NAN, -1.0]),
        [0.0, 3.0, 3.0, -1.0]
    );
    let zero = node(
        "Imputer",
        "x",
        "y",
        &[floats("imputed_value_floats", &[3.0])],
    );
    assert_eq!(
        columns(2, vec![zero], &[0.0, 2.0]),
        [3.0, 2.0],
        "what is replaced is 0 unless it is said"
    );
    let scaler = node(
        "Scaler",
        "x",
        "y",
        &[floats("offset", &[3.0]), floats("scale", &[2.0, 0.5])],
    );
    assert_eq!(
        columns(2, vec![scaler], &[0.0, 1.0, 2.0, -1.0]),
        [-6.0, -1.0, -2.0, -2.0]
    );
}

#[test]
fn a_code_is_cut_to_an_integer_and_an_unknown_one_is_all_zeros() {
    let cats = ints("cats_int64s", &[0, 1]);
    let nodes = || {
        vec![
            node("OneHotEncoder", "x", "o", std::slice::from_ref(&cats)),
            node("Flatten", "o", "y", &[]),
        ]
    };
    let rows = [0.0, 1.7, -0.5, 7.0, 1.0];
    let expected = [1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0];
    assert_eq!(columns(1, nodes(), &rows), expected);
    let mut cast = nodes();
    cast.insert(0, node("Cast", "x", "whole", &[int("to", 7)]));
    cast[1].input[0] = "whole".to_owned();
    assert_eq!(columns(1, cast, &rows), expected);
    let whole = vec![
        node("Cast", "x", "whole", &[int("to", 7)]),
        node("Cast", "whole", "y", &[int("to", 1)]),
    ];
    assert_eq!(columns(2, whole, &[1.9, -1.9]), [1.0, -1.0]);
}

#[test]
fn columns_are_picked_joined_and_reshaped() {
    let picked = |operator, attributes: &[AttributeProto]| {
        vec![
            node(operator, "x one", "b", attributes),
            node(operator, "x zero", "a", attributes),
            node("Concat", "b a", "y", &[int("axis", -1)]),
        ]
    };
    assert_eq!(
        columns(2, picked("ArrayFeatureExtractor", &[]), &[1.0, 2.0]),
        [2.0, 1.0]
    );
    assert_eq!(
        columns(2, picked("Gather", &[int("axis", 1)]), &[1.0, 2.0]),
        [2.0, 1.0]
    );
    let mut vectorized = picked("ArrayFeatureExtractor", &[]);
    vectorized[2] = node(
        "FeatureVectorizer",
        "b a",
        "y",
        &[ints("inputdimensions", &[1, 1])],
    );
    assert_eq!(columns(2, vectorized, &[1.0, 2.0]), [2.0, 1.0]);
    let reshaped = vec![
        node("Identity", "x", "same", &[]),
        node("Reshape", "same two_flat", "y", &[]),
    ];
    assert_eq!(
        columns(2, reshaped, &[1.0, 2.0, 3.0, 4.0]),
        [1.0, 2.0, 3.0, 4.0]
    );
}

/// [N, 2, 1] tensors joined along the last axis interleave.
#[test]
fn tensors_of_three_dimensions_join_along_the_last() {
    let cats = [ints("cats_int64s", &[1])];
    let scaler = node(
        "Scaler",
        "x",
        "less",
        &[floats("offset", &[1.0]), floats("scale", &[1.0])],
    );
    let nodes = vec![
        scaler,
        node("OneHotEncoder", "x", "a", &cats),
        node("OneHotEncoder", "less", "b", &cats),
        node("Concat", "a b", "ab", &[int("axis", 2)]),
        node("Flatten", "ab", "y", &[]),
        // y is: x0 = 1, x0 = 2, x1 = 1, x1 = 2
        classifier("y", &[1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0]),
    ];
    let mut scores = Scores::new();
    load(&graph(2, nodes))
        .unwrap()
        .score(&[1.0, 2.0, 2.0, 1.0], &mut scores)
        .unwrap();
    assert_eq!(scores.probabilities(), [1.0, 2.0, 2.0, 1.0]);
}

#[test]
fn scores_become_probabilities_as_post_transform_says() {
    let score = |post_transform: &str, rows: &[f32]| {
        let mut classifier = classifier("x", &[-1.0, 1.0]);
        classifier
            .attribute
            .push(string("post_transform", post_transform));
        let mut scores = Scores::new();
        load(&graph(1, vec![classifier]))
            .unwrap()
            .score(rows, &mut scores)
            .unwrap();
        scores
    };
    let close = |scores: &Scores, expected: &[f32]| {
        let difference = scores
            .probabilities()
            .iter()
            .zip(expected)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        assert!(
            difference < 1e-6 && scores.probabilities().len() == expected.len(),
            "{scores:?}"
        );
    };
    let rows = [0.0, 1.0, -2.0, 1e30];
    let logistic = score("LOGISTIC", &rows);
    close(
        &logistic,
        &[
            0.5,
            0.5,
            0.268_941_43,
            0.731_058_6,
            0.880_797_1,
            0.119_202_91,
            0.0,
            1.0,
        ],
    );
    assert_eq!(
        logistic.labels(),
        [5, 9, 5, 9],
        "the first of equal scores wins"
    );
    close(
        &score("SOFTMAX", &rows),
        &[
            0.5,
            0.5,
            0.119_202_92,
            0.880_797,
            0.982_013_76,
            0.017_986_21,
            0.0,
            1.0,
        ],
    );
    assert_eq!(
        score("NONE", &rows[..3]).probabilities(),
        [0.0, 0.0, -1.0, 1.0, 2.0, -2.0]
    );
}

#[test]
fn probabilities_can_be_normalised_and_wrapped_in_a_map() {
    let mut nodes = vec![
        classifier("x", &[1.0, 0.0, 0.0, 1.0]),
        node("Normalizer", "raw", "normal", &[string("norm", "L1")]),
        node(
            "ZipMap",
            "normal",
            "scores",
            &[ints("classlabels_int64s", &[5, 9])],
        ),
        node("Cast", "class", "label", &[int("to", 7)]),
    ];
    nodes[0].output = vec!["class".to_owned(), "raw".to_owned()];
    let mut scores = Scores::new();
    load(&graph(2, nodes))
        .unwrap()
        .score(&[0.0, 0.0, 3.0, -1.0], &mut scores)
        .unwrap();
    assert_eq!(scores.probabilities(), [0.0, 0.0, 0.75, -0.25]);
    assert_eq!(scores.labels(), [5, 5]);
}

#[test]
fn a_graph_that_reads_what_nothing_made_is_refused() {
    let cycle = vec![
        node("Identity", "b", "a", &[]),
        node("Identity", "a", "b", &[]),
        classifier("a", &[0.0; 4]),
    ];
    assert_eq!(
        refusal(&graph(2, cycle)),
        "node `a` (Identity): input `b` is made by nothing before it"
    );
    let twice = vec![
        node("Identity", "x", "y", &[]),
        node("Identity", "x", "y", &[]),
    ];
    assert_eq!(
        refusal(&graph(2, twice)),
        "not a usable ONNX model: two values are named `y`"
    );
    assert!(refusal(&graph(2, vec![])).contains("its outputs must be"));
}

/// Each node doubles the columns: thirty would make 2^31.
#[test]
fn columns_that_multiply_are_stopped_early() {
    let double = |i| {
        node(
            "Concat",
            &format!("v{i} v{i}"),
            &format!("v{}", i + 1),
            &[int("axis", 1)],
        )
    };
    let nodes = [node("Identity", "x", "v0", &[])]
        .into_iter()
        .chain((0..30).map(double))
        .collect();
    assert_eq!(
        refusal(&graph(2, nodes)),
        "not a usable ONNX model: its values have more than 65536 columns"
    );
    assert!(refusal(&graph(i64::MAX, vec![])).contains("input `x` is not float[N, columns]"));
}

#[test]
fn a_node_that_does_not_fit_its_operator_is_refused() {
    let cases = [
        (
            classifier("x", &[1.0; 3]),
            "there must be a coefficient for each class and column",
        ),
        (
            classifier("x", &[NAN; 4]),
            "attribute `coefficients` has a number that is not finite",
        ),
        (
            node(
                "Scaler",
                "x",
                "y",
                &[floats("offset", &[1.0; 3]), floats("scale", &[1.0])],
            ),
            "attribute `offset` has 3 numbers for 2 columns",
        ),
        (
            node("Scaler", "x", "y", &[floats("offset", &[1.0])]),
            "attribute `scale` is missing",
        ),
        (
            node("Scaler", "x", "y", &[int("offset", 1)]),
            "attribute `offset` has the wrong type",
        ),
        (
            node("Scaler", "x", "y", &[float("bias", 1.0)]),
            "attribute `bias` is not supported",
        ),
        (node("Scaler", "", "y", &[]), "input 0 is missing"),
        (
            node("Flatten", "x", "y", &[int("axis", 0)]),
            "mixes rows: the axis must be 1",
        ),
        (
            node("Concat", "x x", "y", &[int("axis", 0)]),
            "joins rows, or a dimension that its input does not have",
        ),
        (
            node("Gather", "x one", "y", &[]),
            "picks rows: the axis must be 1",
        ),
        (
            node("Gather", "x two_flat", "y", &[int("axis", 1)]),
            "picks a column outside its input's 2",
        ),
        (
            node("Reshape", "x one", "y", &[]),
            "does not keep the rows as they are",
        ),
        (
            node("Cast", "x", "y", &[int("to", 11)]),
            "casts to a type other than float and int64",
        ),
        (
            node(
                "OneHotEncoder",
                "x",
                "y",
                &[ints("cats_int64s", &[1 << 24 | 1])],
            ),
            "has no categories, or one too large for a float",
        ),
        (
            node(
                "OneHotEncoder",
                "x",
                "y",
                &[ints("cats_int64s", &[1]), int("zeros", 0)],
            ),
            "refuses unknown categories: `zeros` must be 1",
        ),
        (
            node("Identity", "x", "y z", &[]),
            "2 outputs, the operator has 1",
        ),
        (
            node("Imputer", "zero", "y", &[]),
            "input 0 is not a tensor of rows",
        ),
    ];
    for (node, reason) in cases {
        let operator = node.op_type.clone();
        let message = refusal(&graph(2, vec![node]));
        assert!(
            message.ends_with(&format!("({operator}): {reason}")),
            "{message}"
        );
    }
}

#[test]
fn features_are_named_by_the_metadata_or_else_by_the_inputs() {
    let mut model = graph(2, vec![classifier("x", &[0.0; 4])]);
    assert_eq!(load(&model).unwrap().features(), ["x_0", "x_1"]);
    let named = |value: &str| StringStringEntryProto {
        key: "feature_names".to_owned(),
        value: value.to_owned(),
    };
    model.metadata_props = vec![named(r#"["age", "ca"]"#)];
    assert_eq!(load(&model).unwrap().features(), ["age", "ca"]);
    for wrong in [r#"["age"]"#, r#"["age", "age"]"#, r#"["age", 1]"#, "age"] {
        model.metadata_props = vec![named(wrong)];
        assert!(
            refusal(&model).contains("`feature_names` of its metadata"),
            "{wrong}"
        );
    }
    let mut several = graph(
        1,
        vec![
            node("Concat", "x z", "y", &[int("axis", 1)]),
            classifier("y", &[0.0; 4]),
        ],
    );
    several.graph.as_mut().unwrap().input.push(input("z", 1));
    assert_eq!(load(&several).unwrap().features(), ["x", "z"]);
}

#[test]
fn a_constant_must_be_in_the_file_and_as_long_as_its_shape() {
    let damaged = |damage: fn(&mut TensorProto)| {
        let mut model = graph(2, vec![classifier("x", &[0.0; 4])]);
        damage(&mut model.graph.as_mut().unwrap().initializer[0]);
        refusal(&model)
    };
    assert!(
        damaged(|tensor| tensor.data_location = EXTERNAL)
            .contains("constant `zero` lies in another file")
    );
    assert!(damaged(|tensor| tensor.dims = vec![2]).contains("as many values as its shape"));
    assert!(
        damaged(|tensor| tensor.dims = vec![i64::MAX, i64::MAX])
            .contains("as many values as its shape")
    );
    assert!(damaged(|tensor| tensor.raw_data.truncate(3)).contains("as many values as its shape"));
}
