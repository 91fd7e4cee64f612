//! Why an answer is what it is, for the caller alone: it is not kept.

use mesh_models::{Explanation, Model, ModelError};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

/// Most records that one call may have explained: a forest takes its time.
pub(crate) const MAX_EXPLAINED: usize = 100;
/// How far a raw score may be from the probability that it is to give.
const ROUNDING: f64 = 1e-4;

/// What each feature adds to the answer, as exact SHAP values: with the base they add up to the raw score.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Explained {
    /// What the raw score is: `log-odds` or the `probability` of yes.
    explains: &'static str,
    /// The raw score expected over the cases that the model learned from.
    pub(super) base: f64,
    /// By feature.
    pub(super) contributions: Map<String, Value>,
    pub(super) raw: f64,
}

impl Explained {
    /// Of one record, whose probability of yes is known.
    pub(crate) fn of(model: &Model, row: &[f32], probability: f64) -> Result<Self, ModelError> {
        let yes = model.classes().iter().position(|class| *class == 1);
        let explanations = model.explain(row)?;
        let not = |reason: &str| ModelError::NotExplainable {
            reason: reason.to_owned(),
        };
        let explanation: &Explanation = yes
            .and_then(|yes| explanations.get(yes))
            .ok_or_else(|| not("it has no class of yes"))?;
        let raw = explanation.raw();
        let logistic = 1.0 / (1.0 + (-raw).exp());
        let explains = if (logistic - probability).abs() <= ROUNDING {
            "log-odds"
        } else if (raw - probability).abs() <= ROUNDING {
            "probability"
        } else {
            return Err(not("its raw score is neither log-odds nor a probability"));
        };
        let contributions = model.features().iter().zip(&explanation.contributions);
        let contributions = contributions.map(|(name, value)| (name.clone(), Value::from(*value)));
        Ok(Self {
            explains,
            base: explanation.base,
            contributions: contributions.collect(),
            raw,
        })
    }
}
