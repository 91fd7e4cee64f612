use crate::Scores;
use crate::exec::testing::{floats, graph, int, ints, load, node, refusal, string};
use crate::onnx::proto::{AttributeProto, ModelProto};

/// A support vector of each of two classes: (1, 0) and (0, 1).
fn machine(more: &[AttributeProto]) -> ModelProto {
    let own = [
        ints("classlabels_ints", &[5, 9]),
        ints("vectors_per_class", &[1, 1]),
        floats("support_vectors", &[1.0, 0.0, 0.0, 1.0]),
        floats("coefficients", &[1.0, -1.0]),
        floats("rho", &[0.5]),
    ];
    let attributes: Vec<_> = own
        .into_iter()
        .filter(|own| more.iter().all(|other| other.name != own.name))
        .chain(more.iter().cloned())
        .collect();
    graph(
        2,
        vec![node("SVMClassifier", "x", "label scores", &attributes)],
    )
}

fn scores(model: &ModelProto, rows: &[f32]) -> (Vec<i64>, Vec<f32>) {
    let mut scores = Scores::new();
    load(model).unwrap().score(rows, &mut scores).unwrap();
    (scores.labels().to_vec(), scores.probabilities().to_vec())
}

fn kernel(kind: &str, parameters: [f32; 3]) -> [AttributeProto; 2] {
    [
        string("kernel_type", kind),
        floats("kernel_params", &parameters),
    ]
}

#[test]
fn a_machine_of_two_classes_votes_for_the_first_above_zero() {
    let (labels, scores) = scores(&machine(&[]), &[2.0, 1.0, 0.0, 3.0]);
    assert_eq!(labels, [5, 9]);
    assert_eq!(scores, [-1.5, 1.5, 2.5, -2.5]);
}

#[test]
fn kernels_are_what_their_names_say() {
    let of = |kind, parameters| scores(&machine(&kernel(kind, parameters)), &[2.0, 1.0]).1[1];
    let near = |a: f32, b: f32| assert!((a - b).abs() < 1e-6, "{a} {b}");
    near(of("POLY", [2.0, 1.0, 3.0]), 125.0 - 27.0 + 0.5);
    near(of("POLY", [2.0, 1.0, 0.5]), 5f32.sqrt() - 3f32.sqrt() + 0.5);
    near(
        of("RBF", [0.5, 0.0, 0.0]),
        (-1f32).exp() - (-2f32).exp() + 0.5,
    );
    near(
        of("SIGMOID", [0.5, 0.1, 0.0]),
        1.1f32.tanh() - 0.6f32.tanh() + 0.5,
    );
}

/// Of two classes, the coupling of one pair is the pair itself, as far as it goes.
#[test]
fn probabilities_are_those_of_platt() {
    let platt = [floats("prob_a", &[-1.0]), floats("prob_b", &[0.25])];
    let (labels, scores) = scores(&machine(&platt), &[2.0, 1.0, 0.0, 3.0]);
    assert_eq!(labels, [5, 9]);
    for (row, verdict) in [1.5f32, -2.5].into_iter().enumerate() {
        let share = 1.0 / (1.0 + (0.25 - verdict).exp());
        let [first, second] = [scores[2 * row], scores[2 * row + 1]];
        assert!((first - share).abs() < 5e-3 && (first + second - 1.0).abs() < 1e-6);
    }
}

/// A vector of each class: the classes are the columns' signs.
#[test]
fn of_three_classes_the_one_with_most_votes_wins() {
    let three = [
        ints("classlabels_ints", &[1, 2, 3]),
        ints("vectors_per_class", &[1, 1, 1]),
        floats("support_vectors", &[1.0, 0.0, 0.0, 1.0, -1.0, -1.0]),
        floats("coefficients", &[1.0, -1.0, -1.0, 1.0, 1.0, -1.0]),
        floats("rho", &[0.0; 3]),
    ];
    let (labels, scores) = scores(&machine(&three), &[4.0, 0.0, 0.0, 4.0, -3.0, -3.0]);
    assert_eq!(labels, [1, 2, 3]);
    assert_eq!(scores[..3], [4.0, 8.0, 4.0]);
}

#[test]
fn a_regression_is_the_weighed_sum_of_kernels() {
    let attributes = [
        int("n_supports", 2),
        floats("support_vectors", &[1.0, 0.0, 0.0, 1.0]),
        floats("coefficients", &[2.0, -3.0]),
        floats("rho", &[0.5]),
    ];
    let mut model = graph(2, vec![node("SVMRegressor", "x", "label", &attributes)]);
    model.graph.as_mut().unwrap().output.pop();
    let mut scores = Scores::new();
    load(&model)
        .unwrap()
        .score(&[1.0, 2.0], &mut scores)
        .unwrap();
    assert_eq!(scores.quantities(), [2.0 - 6.0 + 0.5]);
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let cases = [
        (
            ints("vectors_per_class", &[1, -1]),
            "a negative number of support vectors",
        ),
        (
            ints("vectors_per_class", &[i64::MAX, i64::MAX]),
            "a coefficient for each support vector",
        ),
        (
            ints("vectors_per_class", &[2]),
            "for each how many support vectors it has",
        ),
        (
            floats("support_vectors", &[1.0; 3]),
            "there must be support vectors",
        ),
        (
            floats("coefficients", &[1.0]),
            "a coefficient for each support vector",
        ),
        (floats("rho", &[]), "a number in `rho` for each two classes"),
        (floats("prob_a", &[1.0]), "attribute `prob_b` is missing"),
        (
            string("kernel_type", "RBF"),
            "attribute `kernel_params` is missing",
        ),
        (
            string("post_transform", "LOGISTIC"),
            "post_transform must be NONE",
        ),
    ];
    for (attribute, reason) in cases {
        let message = refusal(&machine(&[attribute]));
        assert!(message.contains(reason), "{message}");
    }
    let message = refusal(&machine(&kernel("COSINE", [0.0; 3])));
    assert!(
        message.ends_with("kernel_type `COSINE` is not supported"),
        "{message}"
    );
}
