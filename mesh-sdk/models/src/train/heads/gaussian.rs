//! A normal distribution per class and column.

use crate::onnx::graph::Graph;
use crate::train::heads::linear::Linear;
use crate::train::heads::link::Link;

#[derive(Debug, Clone)]
pub(crate) struct Gaussian {
    pub(crate) classes: Vec<Class>,
}

#[derive(Debug, Clone)]
pub(crate) struct Class {
    pub(crate) log_prior: f64,
    pub(crate) means: Vec<f64>,
    pub(crate) deviations: Vec<f64>,
}

impl Class {
    /// What the logarithm of the joint density starts from; the part that all classes share is left out.
    fn constant(&self) -> f64 {
        self.log_prior - self.deviations.iter().map(|d| d.ln()).sum::<f64>()
    }
}

impl Class {
    /// The distance of a row from this class plus `sign` times that from another: per column what the row is multiplied by, and what
    /// is added.
    fn beside(&self, other: &Self, sign: f64) -> (Vec<f32>, Vec<f32>) {
        let columns = 0..self.means.len();
        let of = |column: usize| {
            let (own, others) = (self.deviations[column], other.deviations[column]);
            let factor = 1.0 / own + sign / others;
            let term = -self.means[column] / own - sign * other.means[column] / others;
            (factor as f32, term as f32)
        };
        columns.map(of).unzip()
    }
}

impl Gaussian {
    pub(crate) fn scores(&self, encoded: &[f64]) -> Vec<f64> {
        let raw = self.classes.iter().map(|class| {
            let parts = class.means.iter().zip(&class.deviations).zip(encoded);
            let squares = parts.map(|((mean, deviation), x)| ((x - mean) / deviation).powi(2));
            class.constant() - squares.sum::<f64>() / 2.0
        });
        Link::Softmax.answers(raw.collect())
    }

    /// Of a row's distances a and b from a class and from the first one, what counts is a^2 - b^2, which is written (a - b)(a + b),
    /// both linear in the row: the difference of squares would lose digits of an `f32` that the product keeps.
    pub(crate) fn export(&self, graph: &mut Graph, input: &str, classes: &[i64]) {
        let (first, others) = (&self.classes[0], &self.classes[1..]);
        let columns = first.means.len();
        let mut products = Vec::new();
        for (class, label) in others.iter().zip(&classes[1..]) {
            let name = format!("class_{label}");
            let side = |graph: &mut Graph, side: &str, sign: f64| {
                let (factors, terms) = class.beside(first, sign);
                let name = format!("{name}_{side}");
                let factors = graph.numbers(&format!("{name}_factors"), factors);
                let terms = graph.numbers(&format!("{name}_terms"), terms);
                let weighed = vec![input.to_owned(), factors];
                let weighed = graph.basic("Mul", &format!("{name}_weighed"), weighed);
                graph.basic("Add", &name, vec![weighed, terms])
            };
            let sides = vec![side(graph, "difference", -1.0), side(graph, "sum", 1.0)];
            products.push(graph.basic("Mul", &format!("{name}_beside_first"), sides));
        }
        let products = graph.concat("beside_first", products);
        let mut weights = vec![0.0; self.classes.len() * others.len() * columns];
        for class in 0..others.len() {
            let row = (class + 1) * others.len() * columns;
            let own = row + class * columns;
            weights[own..own + columns].fill(-0.5);
        }
        let beside = |class: &Class| class.constant() - first.constant();
        let linear = Linear {
            weights,
            intercepts: self.classes.iter().map(beside).collect(),
            link: Link::Softmax,
        };
        linear.export_classifier(graph, products, classes);
    }
}
