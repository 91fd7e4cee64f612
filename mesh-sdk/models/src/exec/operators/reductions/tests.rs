use crate::exec::testing::{classifier, columns, graph, int, ints, load, node, refusal};

#[test]
fn a_reduction_of_columns_is_a_column() {
    let reduce = |operator: &str, rows: &[f32]| {
        let reduce = node(operator, "x", "reduced", &[ints("axes", &[1])]);
        columns(
            2,
            vec![
                reduce,
                node("Concat", "reduced reduced", "y", &[int("axis", 1)]),
            ],
            rows,
        )[0]
    };
    assert_eq!(reduce("ReduceMean", &[1.0, 4.0]), 2.5);
    assert_eq!(reduce("ReduceProd", &[3.0, 4.0]), 12.0);
    assert_eq!(reduce("ReduceMax", &[-3.0, -4.0]), -3.0);
    assert_eq!(reduce("ReduceMin", &[-3.0, -4.0]), -4.0);
    assert_eq!(
        reduce("ReduceLogSumExp", &[1000.0, 1000.0]),
        1000.0 + 2f32.ln()
    );
}

/// Three blocks of rows, so that the scratch is longer than one row.
#[test]
fn the_highest_come_first_and_of_equals_the_first() {
    let picked = |largest: i64, rows: &[f32]| {
        let nodes = vec![
            node(
                "TopK",
                "x one",
                "value position",
                &[int("largest", largest)],
            ),
            node("Cast", "position", "number", &[int("to", 1)]),
            node("Concat", "value number", "y", &[int("axis", 1)]),
        ];
        columns(3, nodes, rows)
    };
    let rows = [1.0, 7.0, 7.0, 5.0, 5.0, 2.0];
    assert_eq!(picked(1, &rows), [7.0, 1.0, 5.0, 0.0]);
    assert_eq!(picked(0, &rows), [1.0, 0.0, 2.0, 2.0]);
}

#[test]
fn the_class_at_the_position_of_the_highest_is_the_label() {
    let model = graph(
        2,
        vec![
            node("Softmax", "x", "scores", &[]),
            node("ArgMax", "scores", "position", &[int("axis", 1)]),
            node("ArrayFeatureExtractor", "two_flat position", "label", &[]),
        ],
    );
    let model = load(&model).unwrap();
    let mut scores = crate::Scores::new();
    model.score(&[0.0, 3.0, 1.0, 1.0], &mut scores).unwrap();
    assert_eq!(
        (model.classes(), scores.labels()),
        (&[-1, 2][..], &[2, -1][..])
    );
    assert_eq!(scores.probabilities()[2..], [0.5, 0.5]);
}

#[test]
fn what_mixes_rows_is_refused() {
    let message = |node| refusal(&graph(2, vec![node, classifier("y", &[0.0; 4])]));
    let mixed = message(node("ReduceMean", "x", "y", &[ints("axes", &[0])]));
    assert!(mixed.contains("(ReduceMean): mixes rows"), "{mixed}");
    let all = message(node("ReduceMean", "x", "y", &[]));
    assert!(all.ends_with("it must name axes"), "{all}");
    let many = message(node("TopK", "x two_flat", "y", &[]));
    assert!(many.ends_with("input 1 is not one number"), "{many}");
    let none = message(node("TopK", "x zero", "y", &[]));
    assert!(none.contains("from one to all of its columns"), "{none}");
}
