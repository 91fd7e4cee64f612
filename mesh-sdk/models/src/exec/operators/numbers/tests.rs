use crate::exec::testing::{NAN, columns, float, floats, int, ints, node};

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
