//! What a model says of rows, as its task has it: how it is answered, kept, and judged.

use mesh_contracts::Property;
use mesh_models::{Answers, Model, ModelError, Scores, Task};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::lifecycle::Serving;
use crate::registry::Measurement;

/// What a model says of one row.
#[derive(Clone, Copy)]
pub(crate) struct Said<'a> {
    pub(super) task: Task,
    classes: &'a [i64],
    /// The class that it names; nothing where it tells a quantity.
    label: Option<i64>,
    /// The probability of each class, or the quantity.
    pub(super) values: &'a [f32],
}

/// Scores rows; one that the model has no answer to has none, and the others have theirs.
///
/// # Errors
/// Those of [`Model::score`] but for rows without an answer.
pub(crate) fn score(model: &Model, rows: &[f32]) -> Result<Scores, ModelError> {
    let mut scores = Scores::new();
    match model.score(rows, &mut scores) {
        Ok(()) | Err(ModelError::UndefinedScore { .. }) => Ok(scores),
        Err(error) => Err(error),
    }
}

/// What `model` says of each row that `scores` are of.
pub(crate) fn said<'a>(
    task: Task,
    model: &'a Model,
    scores: &'a Scores,
) -> impl Iterator<Item = Said<'a>> {
    let classes = model.classes();
    let values = match classes {
        [] => scores.quantities(),
        _ => scores.probabilities(),
    };
    let rows = values.chunks_exact(classes.len().max(1)).enumerate();
    rows.map(move |(row, values)| Said {
        task,
        classes,
        label: scores.labels().get(row).copied(),
        values,
    })
}

impl<'a> Said<'a> {
    /// Whether it says anything.
    pub(crate) fn is_something(&self) -> bool {
        self.values.iter().all(|value| value.is_finite())
    }

    /// In one number: the probability of yes, the class, or the quantity. NaN where it says nothing.
    pub(crate) fn number(&self) -> f32 {
        match (self.task, self.label) {
            _ if !self.is_something() => f32::NAN,
            (Task::YesOrNo, _) => self.probability_of(1),
            (Task::Class, Some(label)) => label as f32,
            _ => self.values[0],
        }
    }

    /// The class that it names, or the quantity.
    pub(crate) fn prediction(&self) -> Option<f64> {
        let label = self.label.map(|label| label as f64);
        label.or_else(|| self.values.first().map(|value| shortest(*value)))
    }

    /// What is kept of it: the probability of yes, those of all classes by rising class, or the quantity.
    pub(crate) fn outputs(&self) -> Vec<f32> {
        match self.task {
            Task::YesOrNo => vec![self.probability_of(1)],
            Task::Class => {
                let classes = ascending(self.classes).into_iter();
                classes.map(|class| self.probability_of(class)).collect()
            }
            Task::Quantity => self.values.to_vec(),
        }
    }

    /// Which of the classes it names, by its place among them.
    pub(crate) fn place(&self) -> Option<usize> {
        let label = self.label?;
        self.classes.iter().position(|class| *class == label)
    }

    fn probability_of(&self, class: i64) -> f32 {
        let place = self.classes.iter().position(|known| *known == class);
        // A Softmax may round to a little more than 1.
        place.map_or(0.0, |place| self.values[place].clamp(0.0, 1.0))
    }

    /// The answer of the scoring port, but for who gives it. `worth` is that of the version.
    fn answer(&self, worth: Measurement) -> Answer {
        let probability = |class| shortest(self.probability_of(class));
        let prediction = self.label.unwrap_or_default();
        match self.task {
            Task::YesOrNo => Answer::YesOrNo(YesOrNo {
                prediction,
                probability: probability(1),
                accuracy: worth,
            }),
            Task::Class => Answer::Class(OneOfClasses {
                prediction,
                probability: probability(prediction),
                probabilities: ascending(self.classes)
                    .into_iter()
                    .map(|class| OfClass {
                        class,
                        probability: probability(class),
                    })
                    .collect(),
                accuracy: worth,
            }),
            Task::Quantity => Answer::Quantity(Quantity {
                prediction: shortest(self.values[0]),
                mean_absolute_error: worth,
            }),
        }
    }
}

/// What a model adds to a record. The contract of the answer says the same, or the product is refused when it is read.
#[derive(Serialize, JsonSchema)]
struct ScoreAnswer<'a, A> {
    #[serde(flatten)]
    answer: A,
    model: &'a str,
    version: u64,
    /// Of the event that keeps the answer.
    event_id: &'a str,
    scored_at: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    YesOrNo(YesOrNo),
    Class(OneOfClasses),
    Quantity(Quantity),
}

#[derive(Serialize, JsonSchema)]
struct YesOrNo {
    /// The class that is predicted: 1 for yes, 0 for no.
    prediction: i64,
    /// Of yes.
    probability: f64,
    /// What the version is worth, on the cases that were held out.
    accuracy: Measurement,
}

#[derive(Serialize, JsonSchema)]
struct OneOfClasses {
    /// The class that is predicted.
    prediction: i64,
    /// Of that class.
    probability: f64,
    /// Of each, by rising class.
    probabilities: Vec<OfClass>,
    /// What the version is worth, on the cases that were held out.
    accuracy: Measurement,
}

#[derive(Serialize, JsonSchema)]
struct OfClass {
    class: i64,
    probability: f64,
}

#[derive(Serialize, JsonSchema)]
struct Quantity {
    /// The quantity that is predicted, in the unit of the target.
    prediction: f64,
    /// How far the version is off, on the cases that were held out, in the same unit.
    mean_absolute_error: Measurement,
}

/// Where the property of an answer differs from what models of the task answer, in words.
pub(crate) fn differs(task: Task, property: &Property) -> Option<String> {
    let differences = match task {
        Task::YesOrNo => property.differs_from::<ScoreAnswer<'_, YesOrNo>>(),
        Task::Class => property.differs_from::<ScoreAnswer<'_, OneOfClasses>>(),
        Task::Quantity => property.differs_from::<ScoreAnswer<'_, Quantity>>(),
    };
    differences.into_iter().next()
}

/// The answer, as it is sent and kept.
pub(crate) fn answer(said: Said<'_>, serving: &Serving, event_id: &str, scored_at: &str) -> Value {
    let answer = ScoreAnswer {
        answer: said.answer(serving.worth),
        model: &serving.version.model,
        version: serving.version.version,
        event_id,
        scored_at,
    };
    serde_json::to_value(answer).unwrap_or_default()
}

/// The outputs in an answer that was kept; nothing where it is no answer of the task.
pub(crate) fn outputs_in(task: Task, answer: &Value) -> Option<Vec<f64>> {
    let number = |name: &str| Some(vec![answer[name].as_f64()?]);
    match task {
        Task::YesOrNo => number("probability"),
        Task::Class => {
            let probabilities = answer["probabilities"].as_array()?.iter();
            probabilities.map(|of| of["probability"].as_f64()).collect()
        }
        Task::Quantity => number("prediction"),
    }
}

/// The same as expressions of SQL: of the properties that `field` names, of which the one of all classes is a list whose items have
/// the probability at `item`.
pub(crate) fn outputs_in_sql(
    task: Task,
    classes: usize,
    field: impl Fn(&str) -> String,
    item: &str,
) -> Vec<String> {
    match task {
        Task::YesOrNo => vec![field("probability")],
        Task::Class => {
            let list = field("probabilities");
            let places = 1..=classes;
            places
                .map(|place| format!("{list}[{place}]{item}"))
                .collect()
        }
        Task::Quantity => vec![field("prediction")],
    }
}

/// What `labels` tell, as a query of SQL in brackets: `answer` and `truth`, a number, of each answer whose truth is known.
pub(crate) fn labels_in_sql(task: Task, labels: &str) -> String {
    let kind = match task {
        Task::YesOrNo => "INT",
        Task::Class => "BIGINT",
        Task::Quantity => "DOUBLE",
    };
    format!(
        "(SELECT answer, max(CAST(truth AS {kind})) AS truth FROM ({labels}) WHERE truth IS NOT NULL GROUP BY answer)"
    )
}

/// Columns of outputs -> the outputs of these rows, one row after the other.
pub(crate) fn row_by_row(columns: &[Vec<f32>], rows: impl Iterator<Item = usize>) -> Vec<f64> {
    let of = |row: usize| columns.iter().map(move |column| f64::from(column[row]));
    rows.flat_map(of).collect()
}

/// Outputs, row by row, beside the truth. `classes` are those of the model.
pub(crate) fn judged(
    task: Task,
    classes: &[i64],
    outputs: &[f64],
    truth: &[f64],
) -> Result<Answers, ModelError> {
    match task {
        Task::YesOrNo => {
            let truth: Vec<bool> = truth.iter().map(|truth| *truth > 0.5).collect();
            Answers::of_yes(outputs, &truth)
        }
        Task::Class => {
            let truth: Vec<i64> = truth.iter().map(|truth| *truth as i64).collect();
            Answers::of_classes(&ascending(classes), outputs, &truth)
        }
        Task::Quantity => Answers::of_values(outputs, truth),
    }
}

pub(crate) fn ascending(classes: &[i64]) -> Vec<i64> {
    let mut classes = classes.to_vec();
    classes.sort_unstable();
    classes
}

/// The f64 that prints as the f32 does: 0.1 and not 0.10000000149011612.
fn shortest(value: f32) -> f64 {
    value
        .to_string()
        .parse()
        .unwrap_or_else(|_| f64::from(value))
}
