use crate::exec::testing::{columns, constant, graph, int, load, node, refusal};
use crate::{ModelError, Scores};

/// Entries of a table that the rows number: [[1, 2], [3, 4]].
#[test]
fn entries_are_picked_by_number_and_one_that_is_not_there_is_none() {
    let mut model = graph(
        1,
        vec![
            node("Cast", "x", "number", &[int("to", 7)]),
            node("Gather", "table number", "picked", &[]),
            node("Flatten", "picked", "flat", &[]),
            node("Cast", "flat", "y", &[int("to", 1)]),
            crate::exec::testing::classifier("y", &[1.0, 0.0, 0.0, 1.0]),
        ],
    );
    let mut table = constant("table", &[1, 2, 3, 4]);
    table.dims = vec![2, 2];
    model.graph.as_mut().unwrap().initializer.push(table);
    let model = load(&model).unwrap();
    let mut scores = Scores::new();
    model.score(&[1.0, 0.0], &mut scores).unwrap();
    assert_eq!(scores.probabilities(), [3.0, 4.0, 1.0, 2.0]);
    for outside in [2.0, -1.0, f32::MAX] {
        let error = ModelError::UndefinedScore { row: 0 };
        assert_eq!(model.score(&[outside], &mut scores), Err(error));
    }
}

#[test]
fn a_constant_of_the_shape_of_rows_has_it_in_every_row() {
    let shape = |operator: &str, input, output| node(operator, input, output, &[]);
    let nodes = vec![
        shape("Shape", "x", "shape"),
        shape("ConstantOfShape", "shape", "y"),
    ];
    assert_eq!(columns(2, nodes, &[1.0, 2.0, 3.0, 4.0]), [0.0; 4]);
    let message = refusal(&graph(2, vec![shape("ConstantOfShape", "two_flat", "y")]));
    assert!(
        message.ends_with("input 0 is not the shape of a tensor of rows"),
        "{message}"
    );
}

#[test]
fn a_table_is_a_constant_and_numbered_by_integers() {
    let message = |input| {
        refusal(&graph(
            2,
            vec![node("ArrayFeatureExtractor", input, "y", &[])],
        ))
    };
    let float = message("two_flat x");
    assert!(float.contains("input 1 are no integers"), "{float}");
}
