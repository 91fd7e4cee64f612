use crate::Scores;
use crate::exec::testing::{classifier, constant, float, graph, int, load, node, refusal};
use crate::onnx::proto::{ModelProto, NodeProto};

/// `w` is [[1, 2, 3], [4, 5, 6]].
fn with_weights(product: NodeProto) -> ModelProto {
    let picked = node("ArrayFeatureExtractor", "made picked", "y", &[]);
    let mut model = graph(
        2,
        vec![product, picked, classifier("y", &[1.0, 0.0, 0.0, 1.0])],
    );
    let mut weights = constant("w", &[1, 2, 3, 4, 5, 6]);
    weights.dims = vec![2, 3];
    let graph = model.graph.as_mut().unwrap();
    let added = constant("b", &[10, 20, 30]);
    graph
        .initializer
        .extend([weights, added, constant("picked", &[0, 2])]);
    model
}

#[test]
fn rows_are_multiplied_and_added_to() {
    let of = |product| {
        let mut scores = Scores::new();
        let model = load(&with_weights(product)).unwrap();
        model.score(&[1.0, 10.0], &mut scores).unwrap();
        scores.probabilities().to_vec()
    };
    assert_eq!(of(node("MatMul", "x w", "made", &[])), [41.0, 63.0]);
    assert_eq!(of(node("Gemm", "x w b", "made", &[])), [51.0, 93.0]);
}

#[test]
fn a_product_that_does_not_fit_is_refused() {
    let message = |product| refusal(&with_weights(product));
    let shape = message(node("Gemm", "x w", "made", &[int("transB", 1)]));
    assert!(shape.ends_with("inputs differ in shape"), "{shape}");
    let factor = message(node("Gemm", "x w", "made", &[float("alpha", 2.0)]));
    assert!(
        factor.ends_with("`alpha` and `beta` must be 1, `transA` 0"),
        "{factor}"
    );
    let rows = message(node("MatMul", "x x", "made", &[]));
    assert!(
        rows.ends_with("input 1 is not a constant with two dimensions"),
        "{rows}"
    );
    let added = message(node("Gemm", "x w two_flat", "made", &[]));
    assert!(added.contains("a number for each output"), "{added}");
}
