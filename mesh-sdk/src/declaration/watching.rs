use std::collections::BTreeMap;

use mesh_models::Measure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a model is watched once it answers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Watching {
    /// One SELECT over the product's datasets that tells the truth about answers, once it is known: `answer`, the id of the
    /// event of the answer, and `truth`, true or 1 for yes; one row for each. Nothing where it is never known.
    pub(crate) labels: Option<String>,
    /// Answers that are looked at together.
    #[serde(default = "Watching::usual_batch")]
    #[schemars(range(min = 50, max = 100_000))]
    pub(crate) batch: usize,
    /// Answers whose truth is known that are judged together: the newest of the version in Production.
    #[serde(default = "Watching::usual_window")]
    #[schemars(range(min = 50, max = 100_000))]
    pub(crate) window: usize,
    /// How often a look at data that have not changed may find something, as a part of all looks.
    #[serde(default = "Watching::usual_false_alarms")]
    #[schemars(range(min = 0.000_001, max = 0.5))]
    pub(crate) false_alarms: f64,
    /// What is done about what is found.
    #[serde(default = "Watching::usual_rules")]
    pub(crate) rules: Vec<Rule>,
}

/// What is done once something has been found.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    pub(crate) when: Found,
    pub(crate) then: Vec<Action>,
    /// Looks in a row that find it before anything is done.
    #[serde(default = "Rule::usual_looks")]
    #[schemars(range(min = 1, max = 1000))]
    pub(crate) looks: u32,
    /// After something was done, how long nothing is done again, such as `6h`.
    #[serde(default = "Rule::usual_pause")]
    pub(crate) pause: String,
}

/// What a look can find.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Found {
    /// What the model is asked, or what it answers, is no longer like what it learned from.
    Drift,
    /// The model is worse, by the measure that its gate compares by, than on the cases held out, beyond what chance explains.
    Worse,
    /// A measure is beyond its bound with its whole 95 % interval: below where more is better, else above.
    Beyond(BTreeMap<Measure, f64>),
}

/// What can be done by itself.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Action {
    /// An event on the topic of the model's alerts.
    Alert,
    /// A training run, whose version has to pass the gate.
    Retrain,
    /// The version answers again that was in Production before.
    RollBack,
    /// The mesh decides nothing about the model any more until a person has decided something about it.
    Freeze,
}

impl Watching {
    fn usual_batch() -> usize {
        500
    }

    fn usual_window() -> usize {
        1000
    }

    fn usual_false_alarms() -> f64 {
        0.01
    }

    fn usual_rules() -> Vec<Rule> {
        let alert = |when| Rule {
            when,
            then: vec![Action::Alert],
            looks: Rule::usual_looks(),
            pause: Rule::usual_pause(),
        };
        vec![alert(Found::Drift), alert(Found::Worse)]
    }
}

impl Default for Watching {
    fn default() -> Watching {
        Watching {
            labels: None,
            batch: Watching::usual_batch(),
            window: Watching::usual_window(),
            false_alarms: Watching::usual_false_alarms(),
            rules: Watching::usual_rules(),
        }
    }
}

impl Rule {
    fn usual_looks() -> u32 {
        2
    }

    fn usual_pause() -> String {
        "1d".to_owned()
    }
}
