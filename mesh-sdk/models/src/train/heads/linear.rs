//! Weighted sums of the encoded columns.

use crate::onnx::graph::{Graph, floats, ints, string};
use crate::train::heads::link::Link;

#[derive(Debug, Clone)]
pub(crate) struct Linear {
    /// Outputs x columns.
    pub(crate) weights: Vec<f64>,
    /// One per output.
    pub(crate) intercepts: Vec<f64>,
    pub(crate) link: Link,
}

impl Linear {
    /// One weighted sum.
    pub(crate) fn single(weights: Vec<f64>, intercept: f64, link: Link) -> Self {
        Self {
            weights,
            intercepts: vec![intercept],
            link,
        }
    }

    pub(crate) fn scores(&self, encoded: &[f64]) -> Vec<f64> {
        let of = self.weights.chunks_exact(encoded.len());
        let raw = of.zip(&self.intercepts).map(|(weights, intercept)| {
            let weighed = weights.iter().zip(encoded).map(|(w, x)| w * x);
            intercept + weighed.sum::<f64>()
        });
        self.link.answers(raw.collect())
    }

    /// The label and the probabilities of these classes.
    pub(crate) fn export_classifier(&self, graph: &mut Graph, input: String, classes: &[i64]) {
        let f32s = |values: &[f64]| -> Vec<f32> { values.iter().map(|&v| v as f32).collect() };
        let (mut weights, mut intercepts) = (f32s(&self.weights), f32s(&self.intercepts));
        // Of two classes both get a score: probabilities that add up to one, or log-odds of which one is the other's negative.
        if let Link::Share | Link::Logistic = self.link {
            let certain = if self.link == Link::Share { 1.0 } else { 0.0 };
            weights.splice(0..0, f32s(&self.weights).iter().map(|weight| -weight));
            intercepts.insert(0, certain - intercepts[0]);
        }
        graph.classifier("LinearClassifier", input);
        graph.attribute(ints("classlabels_ints", classes.to_vec()));
        graph.attribute(floats("coefficients", weights));
        graph.attribute(floats("intercepts", intercepts));
        graph.attribute(string("post_transform", self.link.post_transform()));
    }

    /// The quantity.
    pub(crate) fn export_regressor(&self, graph: &mut Graph, input: String) {
        graph.regressor(
            "LinearRegressor",
            "value",
            input,
            &self.weights,
            &self.intercepts,
        );
    }
}
