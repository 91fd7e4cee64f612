//! Why an answer is what it is, for the caller alone: it is not kept.

use mesh_models::{Explanation, Model, ModelError, Task};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::said::Said;

/// Most records that one call may have explained: a forest takes its time.
pub(crate) const MAX_EXPLAINED: usize = 100;
/// How far a raw score may be from the probability that it is to give.
const ROUNDING: f64 = 1e-4;

/// What each feature adds to the answer, as exact SHAP values: with the base they add up to the raw score.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Explained {
    /// What the raw score is: `log-odds` or the `probability` of yes, or of the class that is predicted (whose `log-odds` are up to
    /// what all classes have in common); or the `quantity`.
    explains: &'static str,
    /// The raw score expected over the cases that the model learned from.
    pub(super) base: f64,
    /// By feature.
    pub(super) contributions: Map<String, Value>,
    pub(super) raw: f64,
}

impl Explained {
    /// Of one record; nothing where the model says nothing of it, or numbers are so far out that what they add is none.
    pub(crate) fn of(
        model: &Model,
        said: Said<'_>,
        row: &[f32],
    ) -> Result<Option<Self>, ModelError> {
        if !said.is_something() {
            return Ok(None);
        }
        let task = said.task;
        let place = match task {
            Task::YesOrNo => model.classes().iter().position(|class| *class == 1),
            Task::Class => said.place(),
            Task::Quantity => Some(0),
        };
        let explanations = model.explain(row)?;
        let not = |reason: &str| ModelError::NotExplainable {
            reason: reason.to_owned(),
        };
        let explained = place.and_then(|place| Some((place, explanations.get(place)?)));
        let (place, explanation): (usize, &Explanation) =
            explained.ok_or_else(|| not("it has no such class"))?;
        let raw = explanation.raw();
        // A part that is not finite leaves no finite sum.
        if !raw.is_finite() {
            return Ok(None);
        }
        let is = |answer: f64| {
            let probability = said.values.get(place);
            probability.is_some_and(|it| (answer - f64::from(*it)).abs() <= ROUNDING)
        };
        let parts = explanations.iter().map(|one| (one.raw() - raw).exp());
        let explains = if task == Task::Quantity {
            "quantity"
        } else if is(1.0 / (1.0 + (-raw).exp())) {
            "log-odds"
        } else if is(raw) {
            "probability"
        } else if is(1.0 / parts.sum::<f64>()) {
            "log-odds"
        } else {
            return Err(not("its raw score is neither log-odds nor a probability"));
        };
        let contributions = model.features().iter().zip(&explanation.contributions);
        let contributions = contributions.map(|(name, value)| (name.clone(), Value::from(*value)));
        Ok(Some(Self {
            explains,
            base: explanation.base,
            contributions: contributions.collect(),
            raw,
        }))
    }
}

#[cfg(test)]
mod tests;
