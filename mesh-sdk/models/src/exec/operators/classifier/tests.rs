use crate::Scores;
use crate::exec::testing::{classifier, graph, int, ints, load, node, string};

#[test]
fn scores_become_probabilities_as_post_transform_says() {
    let score = |post_transform: &str, rows: &[f32]| {
        let mut classifier = classifier("x", &[-1.0, 1.0]);
        classifier
            .attribute
            .push(string("post_transform", post_transform));
        let mut scores = Scores::new();
        load(&graph(1, vec![classifier]))
            .unwrap()
            .score(rows, &mut scores)
            .unwrap();
        scores
    };
    let close = |scores: &Scores, expected: &[f32]| {
        let difference = scores
            .probabilities()
            .iter()
            .zip(expected)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        assert!(
            difference < 1e-6 && scores.probabilities().len() == expected.len(),
            "{scores:?}"
        );
    };
    let rows = [0.0, 1.0, -2.0, 1e30];
    let logistic = score("LOGISTIC", &rows);
    close(
        &logistic,
        &[
            0.5,
            0.5,
            0.268_941_43,
            0.731_058_6,
            0.880_797_1,
            0.119_202_91,
            0.0,
            1.0,
        ],
    );
    assert_eq!(
        logistic.labels(),
        [5, 9, 5, 9],
        "the first of equal scores wins"
    );
    close(
        &score("SOFTMAX", &rows),
        &[
            0.5,
            0.5,
            0.119_202_92,
            0.880_797,
            0.982_013_76,
            0.017_986_21,
            0.0,
            1.0,
        ],
    );
    assert_eq!(
        score("NONE", &rows[..3]).probabilities(),
        [0.0, 0.0, -1.0, 1.0, 2.0, -2.0]
    );
}

#[test]
fn probabilities_can_be_normalised_and_wrapped_in_a_map() {
    let mut nodes = vec![
        classifier("x", &[1.0, 0.0, 0.0, 1.0]),
        node("Normalizer", "raw", "normal", &[string("norm", "L1")]),
        node(
            "ZipMap",
            "normal",
            "scores",
            &[ints("classlabels_int64s", &[5, 9])],
        ),
        node("Cast", "class", "label", &[int("to", 7)]),
    ];
    nodes[0].output = vec!["class".to_owned(), "raw".to_owned()];
    let mut scores = Scores::new();
    load(&graph(2, nodes))
        .unwrap()
        .score(&[0.0, 0.0, 3.0, -1.0], &mut scores)
        .unwrap();
    assert_eq!(scores.probabilities(), [0.0, 0.0, 0.75, -0.25]);
    assert_eq!(scores.labels(), [5, 5]);
}
