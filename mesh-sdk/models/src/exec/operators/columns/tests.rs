use crate::Scores;
use crate::exec::testing::{classifier, columns, floats, graph, int, ints, load, node};
use crate::onnx::proto::AttributeProto;

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
