use crate::exec::testing::{NAN, columns, graph, node, refusal};

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
            node("Cast", "true", "y", &[crate::exec::testing::int("to", 1)]),
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
    let message = refusal(&graph(3, vec![node("Add", "x two_flat", "y", &[])]));
    assert!(
        message.ends_with("input 1 is neither a tensor with two dimensions nor a constant row"),
        "{message}"
    );
}
