//! A model that scikit-learn trained and skl2onnx exported (by fixtures/scikit_learn.py, which also wrote the scores).

use mesh_models::{Model, Scores};

#[test]
fn a_pipeline_of_scikit_learn_scores_as_it_does_there() {
    let model = Model::from_onnx(include_bytes!("../fixtures/scikit_learn.onnx")).unwrap();
    assert_eq!(
        (model.features().len(), model.features()[0].as_str()),
        (13, "X_0")
    );
    let mut reader =
        csv::Reader::from_reader(include_bytes!("../fixtures/scikit_learn.csv").as_slice());
    let mut scores = Scores::new();
    let mut rows = 0;
    for record in reader.records() {
        let number = |field: &str| {
            if field.is_empty() {
                f32::NAN
            } else {
                field.parse().unwrap()
            }
        };
        let row: Vec<f32> = record.unwrap().iter().map(number).collect();
        model.score(&row[..13], &mut scores).unwrap();
        assert_eq!(scores.labels()[0] as f32, row[13]);
        assert!((scores.probabilities()[1] - row[14]).abs() <= 1e-5);
        rows += 1;
    }
    assert_eq!(rows, 100);
}
