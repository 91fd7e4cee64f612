use crate::Scores;
use crate::exec::testing::{NAN, classifier, columns, constant, graph, int, load, node, refusal};

#[test]
fn each_number_is_computed_by_itself() {
    let of = |operator: &str, rows: &[f32]| columns(2, vec![node(operator, "x", "y", &[])], rows);
    assert_eq!(of("Abs", &[-2.0, 3.0]), [2.0, 3.0]);
    assert_eq!(of("Neg", &[-2.0, 3.0]), [2.0, -3.0]);
    assert_eq!(of("Sqrt", &[4.0, 0.25]), [2.0, 0.5]);
    assert_eq!(of("Reciprocal", &[4.0, -0.5]), [0.25, -2.0]);
    assert_eq!(of("Exp", &[0.0, f32::NEG_INFINITY]), [1.0, 0.0]);
    assert_eq!(of("Log", &[1.0, std::f32::consts::E])[0], 0.0);
    assert_eq!(of("Sigmoid", &[0.0, 200.0]), [0.5, 1.0]);
}

#[test]
fn pairs_are_computed_and_one_column_is_paired_with_all() {
    let of = |operator: &str, a: &str, rows: &[f32]| {
        let one = node("ArrayFeatureExtractor", "x zero", "first", &[]);
        columns(
            2,
            vec![one, node(operator, &format!("{a} x"), "y", &[])],
            rows,
        )
    };
    assert_eq!(of("Add", "x", &[1.0, 2.0]), [2.0, 4.0]);
    assert_eq!(of("Sub", "first", &[5.0, 2.0]), [0.0, 3.0]);
    assert_eq!(of("Mul", "first", &[5.0, 2.0]), [25.0, 10.0]);
    assert_eq!(of("Div", "first", &[5.0, 2.0]), [1.0, 2.5]);
}

#[test]
fn a_comparison_is_true_or_false_and_false_of_what_is_missing() {
    let compared = |operator: &str, rows: &[f32]| {
        let nodes = vec![
            node("ArrayFeatureExtractor", "x zero", "first", &[]),
            node(operator, "first x", "true", &[]),
            node("Cast", "true", "y", &[int("to", 1)]),
        ];
        columns(2, nodes, rows)
    };
    assert_eq!(
        compared("GreaterOrEqual", &[1.0, 1.0, 1.0, 2.0]),
        [1.0, 1.0, 1.0, 0.0]
    );
    assert_eq!(
        compared("Less", &[1.0, 1.0, 1.0, 2.0]),
        [0.0, 0.0, 0.0, 1.0]
    );
    assert_eq!(compared("LessOrEqual", &[NAN, 1.0]), [0.0, 0.0]);
    assert_eq!(compared("Equal", &[3.0, 3.0]), [1.0, 1.0]);
}

#[test]
fn inputs_that_do_not_fit_together_are_refused() {
    let message = |nodes| refusal(&graph(3, nodes));
    let shapes = message(vec![node("Add", "x two_flat", "y", &[])]);
    assert!(shapes.ends_with("inputs differ in shape"), "{shapes}");
    let constants = message(vec![node("Add", "one two_flat", "y", &[])]);
    assert!(constants.ends_with("has constants only"), "{constants}");
    let integers = vec![
        node("Cast", "x", "whole", &[int("to", 7)]),
        node("Div", "whole one", "y", &[]),
    ];
    let divided = message(integers);
    assert!(divided.ends_with("divides integers"), "{divided}");
}

/// [N, 1, 2] and [1, 3, 1]: what is one goes with all of the other, in the order of the larger.
#[test]
fn a_dimension_of_one_goes_with_all_of_the_other() {
    let mut model = graph(
        2,
        vec![
            node("Reshape", "x apart", "rows", &[]),
            node("Sub", "rows three", "differences", &[]),
            node("Flatten", "differences", "all", &[]),
            node("ArrayFeatureExtractor", "all picked", "y", &[]),
            classifier("y", &[1.0, 0.0, 0.0, 1.0]),
        ],
    );
    let graph = model.graph.as_mut().unwrap();
    let mut three = constant("three", &[10, 20, 30]);
    three.dims = vec![1, 3, 1];
    graph.initializer.extend([
        three,
        constant("apart", &[-1, 1, 2]),
        constant("picked", &[1, 4]),
    ]);
    let mut scores = Scores::new();
    let model = load(&model).unwrap();
    model.score(&[1.0, 2.0, 3.0, 4.0], &mut scores).unwrap();
    assert_eq!(scores.probabilities(), [-8.0, -29.0, -6.0, -27.0]);
}
