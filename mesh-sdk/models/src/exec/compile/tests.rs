use crate::ModelError;
use crate::exec::testing::{NAN, classifier, float, floats, graph, int, ints, load, node, refusal};
use crate::onnx::proto::{EXTERNAL, TensorProto};

#[test]
fn an_operator_that_is_lacking_is_refused_by_name_with_its_node() {
    let mut words = node("TfIdfVectorizer", "x", "y", &[]);
    words.name = "words_1".to_owned();
    let error = load(&graph(2, vec![words])).unwrap_err();
    assert_eq!(
        error,
        ModelError::UnsupportedOperator {
            operator: "TfIdfVectorizer".to_owned(),
            node: "words_1".to_owned()
        }
    );
    let mapped = graph(2, vec![node("DictVectorizer", "x", "label scores", &[])]);
    assert_eq!(
        refusal(&mapped),
        "operator `ai.onnx.ml.DictVectorizer` of node `label` is not supported"
    );
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
            "does not keep the rows as they are, or makes too many dimensions",
        ),
        (
            node("Cast", "x", "y", &[int("to", 8)]),
            "casts to a type other than float, double, int32, int64 and bool",
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

/// One dimension more at every node: ten thousand nodes would copy some fifty million.
#[test]
fn dimensions_that_pile_up_are_stopped_early() {
    let encode = |i| {
        let cats = [ints("cats_int64s", &[1])];
        node(
            "OneHotEncoder",
            &format!("v{i}"),
            &format!("v{}", i + 1),
            &cats,
        )
    };
    let nodes = [node("Identity", "x", "v0", &[])]
        .into_iter()
        .chain((0..10_000).map(encode))
        .collect();
    assert!(refusal(&graph(1, nodes)).ends_with("(OneHotEncoder): makes too many dimensions"));
}
