//! From raw scores to answers.

/// What the raw scores of a row mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    /// They are the answers.
    Identity,
    /// One score: the probability of the second of two classes.
    Share,
    /// One score: the log-odds of the second of two classes.
    Logistic,
    /// A score per class: logarithms of probabilities that are yet to be made to add up to one.
    Softmax,
}

impl Link {
    pub(crate) fn answers(self, mut raw: Vec<f64>) -> Vec<f64> {
        match self {
            Self::Identity => raw,
            Self::Share => vec![1.0 - raw[0], raw[0]],
            Self::Logistic => {
                let of = |score: f64| 1.0 / (1.0 + (-score).exp());
                vec![of(-raw[0]), of(raw[0])]
            }
            Self::Softmax => {
                let highest = raw.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                raw.iter_mut()
                    .for_each(|score| *score = (*score - highest).exp());
                let sum: f64 = raw.iter().sum();
                raw.iter_mut().for_each(|score| *score /= sum);
                raw
            }
        }
    }

    /// The attribute `post_transform` of ONNX.
    pub(crate) fn post_transform(self) -> &'static str {
        match self {
            Self::Identity | Self::Share => "NONE",
            Self::Logistic => "LOGISTIC",
            Self::Softmax => "SOFTMAX",
        }
    }
}
