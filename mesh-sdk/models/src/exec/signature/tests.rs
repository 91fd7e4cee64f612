use crate::exec::testing::{classifier, graph, input, int, load, node, refusal};
use crate::onnx::proto::StringStringEntryProto;

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
fn inputs_that_would_need_very_many_names_are_refused() {
    let mut many = graph(1, vec![classifier("x", &[0.0; 2])]);
    let inputs = &mut many.graph.as_mut().unwrap().input;
    inputs.extend((0..10_000).map(|i| input(&format!("input_{i}"), 60_000)));
    assert!(refusal(&many).contains("more than 65536 features"));
    let mut long = graph(1, vec![classifier("x", &[0.0; 2])]);
    long.graph
        .as_mut()
        .unwrap()
        .input
        .push(input(&"n".repeat(201), 1));
    assert!(refusal(&long).contains("an input's name is longer than 200 bytes"));
}
