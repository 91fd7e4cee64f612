//! The linear classifier.

/// How the scores of the classes become probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PostTransform {
    None,
    /// 1 / (1 + exp(-score)), each class for itself.
    Logistic,
    /// exp(score), divided by the sum over the classes.
    Softmax,
}

/// A weighted sum of columns per class.
#[derive(Debug)]
pub(crate) struct Linear {
    pub(crate) from: Vec<usize>,
    /// Classes x columns.
    pub(crate) coefficients: Vec<f32>,
    /// One per class.
    pub(crate) intercepts: Vec<f32>,
    pub(crate) post_transform: PostTransform,
    /// The first of a column per class.
    pub(crate) to: usize,
    /// Whether the column behind them takes the position of the highest score, the first of equals.
    pub(crate) labels: bool,
}

impl Linear {
    /// Computes probabilities and label of the block of `n` rows in `scratch`.
    pub(crate) fn run(&self, scratch: &mut [f32], n: usize) {
        let classes = self.intercepts.len();
        let (before, written) = scratch.split_at_mut(self.to * n);
        let (scores, rest) = written.split_at_mut(classes * n);
        let weights = self.coefficients.chunks_exact(self.from.len());
        for ((scores, weights), &intercept) in scores
            .chunks_exact_mut(n)
            .zip(weights)
            .zip(&self.intercepts)
        {
            scores.fill(intercept);
            for (&column, &weight) in self.from.iter().zip(weights) {
                for (score, &x) in scores.iter_mut().zip(&before[column * n..(column + 1) * n]) {
                    *score += weight * x;
                }
            }
        }
        if self.labels {
            self.label(scores, &mut rest[..n]);
        }
        match self.post_transform {
            PostTransform::None => {}
            PostTransform::Logistic => scores
                .iter_mut()
                .for_each(|score| *score = 1.0 / (1.0 + (-*score).exp())),
            PostTransform::Softmax => softmax(scores, n),
        }
    }

    fn label(&self, scores: &[f32], labels: &mut [f32]) {
        let n = labels.len();
        for (row, label) in labels.iter_mut().enumerate() {
            let mut best = 0;
            for class in 1..self.intercepts.len() {
                if scores[class * n + row] > scores[best * n + row] {
                    best = class;
                }
            }
            *label = best as f32;
        }
    }
}

/// The columns of a block of `n` rows become what adds up to one in each row.
pub(crate) fn softmax(scores: &mut [f32], n: usize) {
    let classes = scores.len() / n;
    for row in 0..n {
        let mut highest = f32::NEG_INFINITY;
        for class in 0..classes {
            highest = highest.max(scores[class * n + row]);
        }
        let mut sum = 0.0;
        for class in 0..classes {
            let score = &mut scores[class * n + row];
            *score = (*score - highest).exp();
            sum += *score;
        }
        for class in 0..classes {
            scores[class * n + row] /= sum;
        }
    }
}
