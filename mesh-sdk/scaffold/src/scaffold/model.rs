//! What a model can learn from the data: which column to predict, and from which others.

use serde_json::{Value, json};

use super::names::{self, Names};
use crate::ScaffoldError;
use crate::infer::{Classification, Inferred, InferredColumn, Kind, Written, says_yes};
use crate::yaml::{prose, scalar};

/// Cases of each answer below which nothing is learned.
const FEWEST_CASES: u64 = 10;

/// The properties of an answer, as the scoring port gives it: what all answers begin with, what each kind has, and what all end with.
const HEAD: &str = include_str!("answer/head.yaml");
const YES_OR_NO: &str = include_str!("answer/yes_or_no.yaml");
const CLASS: &str = include_str!("answer/class.yaml");
const ACCURACY: &str = include_str!("answer/accuracy.yaml");
const QUANTITY: &str = include_str!("answer/quantity.yaml");
const TAIL: &str = include_str!("answer/tail.yaml");

pub(super) struct Model<'a> {
    target: &'a InferredColumn,
    rule: Rule,
    features: Features,
    name: String,
    answer: String,
    dataset: String,
    contract: String,
}

/// What is told of a case.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Task {
    YesOrNo,
    Class,
    Quantity,
}

/// What a case is to be predicted as.
#[derive(Debug)]
struct Rule {
    task: Task,
    /// In SQL.
    sql: String,
    /// What is so where that is true; or what it tells.
    words: String,
}

#[derive(Default)]
struct Features {
    numeric: Vec<String>,
    categorical: Vec<String>,
    /// Column, and why it is none.
    left_out: Vec<(String, &'static str)>,
}

/// The model of these columns; `target` is a name or a header.
pub(super) fn plan<'a>(
    inferred: &'a Inferred,
    target: Option<&str>,
    names: &Names,
) -> Result<Model<'a>, ScaffoldError> {
    let (target, rule) = match target {
        Some(name) => named(inferred, name)?,
        None => last(inferred)?,
    };
    let features = features(inferred, target);
    if features.numeric.is_empty() && features.categorical.is_empty() {
        return Err(ScaffoldError::NoFeatures);
    }
    let base = match names::words(target.name()) {
        digits if digits.is_empty() => "target".to_owned(),
        words => words,
    };
    Ok(Model {
        rule,
        features,
        name: format!("predict-{}", base.replace('_', "-")),
        answer: inferred.free_name(&format!("predicted_{base}")),
        dataset: names.scores(),
        contract: names.scores_contract(),
        target,
    })
}

fn named<'a>(
    inferred: &'a Inferred,
    name: &str,
) -> Result<(&'a InferredColumn, Rule), ScaffoldError> {
    let wrong = |reason: String| ScaffoldError::Target {
        column: name.to_owned(),
        reason,
    };
    let mut columns = inferred.columns().iter();
    let column = columns
        .find(|column| column.name() == name || column.title() == Some(name))
        .ok_or_else(|| {
            wrong(format!(
                "the data has no such column; {}",
                candidates(inferred)
            ))
        })?;
    match rule(column) {
        Ok(rule) => Ok((column, rule)),
        Err(reason) => Err(wrong(format!("{reason}; {}", candidates(inferred)))),
    }
}

/// How the values of a column are told: as yes and no where they can be.
fn rule(column: &InferredColumn) -> Result<Rule, String> {
    let no = match yes_or_no(column) {
        Err(reason) if column.classification() != Classification::Phi => reason,
        decided => return decided,
    };
    let name = column.name();
    let told = |task, words| {
        let sql = format!("\"{name}\"");
        Ok(Rule { task, sql, words })
    };
    let values = column.values();
    let often = |(_, cases): &(Value, u64)| *cases >= FEWEST_CASES;
    match column.kind() {
        _ if column.is_key() => Err("it tells rows apart".to_owned()),
        Kind::Integer if values.len() > 2 && values.iter().all(often) => {
            told(Task::Class, format!("the class {name}"))
        }
        Kind::Integer | Kind::Number if !column.is_constant() => {
            told(Task::Quantity, format!("the quantity {name}"))
        }
        _ => Err(no),
    }
}

fn last(inferred: &Inferred) -> Result<(&InferredColumn, Rule), ScaffoldError> {
    let columns = inferred.columns().iter().rev();
    let mut usable = columns.filter_map(|column| Some((column, yes_or_no(column).ok()?)));
    usable.next().ok_or_else(|| ScaffoldError::Target {
        column: "no column".to_owned(),
        reason: format!(
            "none has two answers with at least {FEWEST_CASES} cases each; name a number to predict with --target, or use the \
             template dataset"
        ),
    })
}

fn candidates(inferred: &Inferred) -> String {
    let columns = inferred.columns().iter();
    let usable: Vec<&str> = columns
        .filter(|column| rule(column).is_ok())
        .map(InferredColumn::name)
        .collect();
    match usable.is_empty() {
        true => "no other column can be it either".to_owned(),
        false => format!("those that can: {}", usable.join(", ")),
    }
}

/// How the values of a column become yes and no.
fn yes_or_no(column: &InferredColumn) -> Result<Rule, String> {
    let name = column.name();
    let values = column.values();
    if column.classification() == Classification::Phi {
        return Err("it may tell who a person is".to_owned());
    }
    let (yes, sql, words) = match (column.kind(), values) {
        (Kind::Boolean, [_, (_, yes)]) => (*yes, format!("\"{name}\""), format!("{name} is true")),
        (Kind::Integer | Kind::String, [first, second]) => {
            let (value, count) = positive(first, second);
            let (sql, word) = literal(value);
            (
                *count,
                format!("\"{name}\" = {sql}"),
                format!("{name} is {word}"),
            )
        }
        (Kind::Integer, [(Value::Number(none), count), _, _, ..]) if none.as_i64() == Some(0) => {
            let all: u64 = values.iter().map(|(_, count)| count).sum();
            (
                all - count,
                format!("\"{name}\" > 0"),
                format!("{name} is above 0"),
            )
        }
        _ => {
            return Err(
                "it is not true or false, and has no two values that occur often".to_owned(),
            );
        }
    };
    let all: u64 = values.iter().map(|(_, count)| count).sum();
    match yes.min(all - yes) < FEWEST_CASES {
        true => Err(format!(
            "one of its answers has fewer than {FEWEST_CASES} cases"
        )),
        false => Ok(Rule {
            task: Task::YesOrNo,
            sql,
            words,
        }),
    }
}

/// The value that means yes: by its word, the greater number, or else the rarer text.
fn positive<'a>(first: &'a (Value, u64), second: &'a (Value, u64)) -> (&'a Value, &'a u64) {
    let first_is_it = match (&first.0, &second.0) {
        (Value::Number(a), Value::Number(b)) => a.as_i64() > b.as_i64(),
        (a, b) if says_yes(a) != says_yes(b) => says_yes(a),
        _ => first.1 < second.1,
    };
    let (value, count) = if first_is_it { first } else { second };
    (value, count)
}

/// In SQL, and for people.
fn literal(value: &Value) -> (String, String) {
    match value.as_str() {
        Some(text) => (format!("'{}'", text.replace('\'', "''")), text.to_owned()),
        None => (value.to_string(), value.to_string()),
    }
}

fn features(inferred: &Inferred, target: &InferredColumn) -> Features {
    let mut features = Features::default();
    for column in inferred.columns() {
        let name = column.name().to_owned();
        if name == target.name() {
            continue;
        }
        match (unfit(column), column.kind()) {
            (Some(reason), _) => features.left_out.push((name, reason)),
            (None, Kind::Boolean) => features.categorical.push(name),
            (None, _) if !column.values().is_empty() => features.categorical.push(name),
            (None, _) => features.numeric.push(name),
        }
    }
    features
}

fn unfit(column: &InferredColumn) -> Option<&'static str> {
    let reason = match column.kind() {
        _ if column.classification() == Classification::Phi => "may tell who a person is",
        _ if column.is_key() => "tells rows apart",
        _ if column.is_mostly_missing() => "is missing in most rows",
        _ if column.is_constant() => "never changes",
        Kind::String => "is text; a transform can make a code of it",
        Kind::Date | Kind::Timestamp => "is a day or a time; a transform can make a number of it",
        Kind::Integer | Kind::Number | Kind::Boolean => return None,
    };
    Some(reason)
}

impl<'a> Model<'a> {
    pub(super) fn target(&self) -> &'a str {
        self.target.name()
    }

    /// What a person should know before the first training.
    pub(super) fn note(&self) -> String {
        let features = &self.features;
        format!(
            "The model predicts {}, from {} columns; {} are left out, mesh.yaml says why.",
            self.predicted(),
            features.numeric.len() + features.categorical.len(),
            features.left_out.len()
        )
    }

    /// What the template asks about a model.
    pub(super) fn answers(&self) -> Value {
        let left_out = self.features.left_out.iter();
        let left_out = left_out.map(|(name, reason)| json!({ "name": name, "reason": reason }));
        let mut answers = json!({
            "name": self.name,
            "answer": self.answer,
            "dataset": self.dataset,
            "contract": self.contract,
            "target": self.target.name(),
            "rule": self.rule.sql,
            "meaning": self.rule.words,
            "numeric": self.features.numeric,
            "categorical": self.features.categorical,
            "left_out": left_out.collect::<Vec<_>>(),
        });
        // Products that were made before there was anything but yes and no have none.
        match self.rule.task {
            Task::YesOrNo => {}
            Task::Class => answers["predicts"] = json!("class"),
            Task::Quantity => answers["predicts"] = json!("quantity"),
        }
        answers
    }

    /// `whether came_back is yes`, `the quantity stay`
    fn predicted(&self) -> String {
        match self.rule.task {
            Task::YesOrNo => format!("whether {}", self.rule.words),
            Task::Class | Task::Quantity => self.rule.words.clone(),
        }
    }

    /// What the contract of the scores says: what was sent, and the answer.
    pub(super) fn written<'i>(&self, inferred: &'i Inferred) -> Written<'i> {
        let target = self.target.name();
        let (meaning, own, worth) = match self.rule.task {
            Task::YesOrNo => {
                let meaning = format!("Whether the model expects that {}.", self.rule.words);
                (meaning, YES_OR_NO, ACCURACY)
            }
            Task::Class => {
                let meaning = format!("The {target} that the model expects.");
                (meaning, CLASS, ACCURACY)
            }
            Task::Quantity => {
                let meaning = format!("The {target} that the model expects.");
                (meaning, QUANTITY, "")
            }
        };
        let example = self.target.values().first();
        let example = example.map_or_else(|| "1".to_owned(), |(value, _)| value.to_string());
        let classification = self.target.classification().name();
        let tail = [HEAD, own, worth, TAIL]
            .concat()
            .replace("ANSWER", &self.answer)
            .replace("EXAMPLE", &example)
            .replace("TITLE", &scalar(&crate::infer::title(&self.answer)))
            .replace("CLASSIFICATION", classification)
            .replace("MODEL", &self.name)
            .replace("MEANING", &prose(&meaning, 12));
        Written {
            columns: inferred.columns(),
            keys: false,
            tail,
            granularity: "One row per answer of the model",
        }
    }
}
