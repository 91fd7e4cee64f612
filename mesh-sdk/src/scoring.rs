//! The scoring port: the record that was sent, checked, scored, kept as an event, and sent back with its answer.

pub(crate) mod explained;
pub(crate) mod in_sql;
pub(crate) mod requests;
pub(crate) mod said;

use std::sync::Arc;

use bytes::Bytes;
use chrono::Utc;
use mesh_contracts::{Contract, Gate, Record, Side, Violation, json};
use mesh_events::Event;
use mesh_models::{Model, ModelError, Task};
use serde_json::Value;
use uuid::Uuid;

use crate::ingest::{
    BodyError, Refusals, Way, WayError, off_the_runtime, schema_of, subject, timestamp,
};
use crate::lifecycle::{Lifecycle, Serving};
use crate::product::ModelPlan;
use explained::{Explained, MAX_EXPLAINED};
use said::{said, score};

/// What is added to an answer that is explained.
pub(crate) const EXPLANATION: &str = "explanation";
/// Most records that one call may send.
pub(crate) const MAX_RECORDS: usize = 10_000;

pub(crate) struct Scoring {
    gate: Gate,
    task: Task,
    answer: String,
    topic: String,
    source: String,
    schema: String,
    lifecycle: Arc<Lifecycle>,
    /// Of the answers, whose events are about what it says.
    output: Contract,
    way: Way,
}

/// A record to score, and what the event of its answer is to say.
pub(crate) struct Asked {
    record: Record,
    event_id: Uuid,
    subject: Option<String>,
    /// Id of the event that asked.
    correlation: Option<String>,
}

/// What a call sent: one record is answered with one, a list with a list.
pub(crate) enum Answer {
    One(Record),
    Many(Vec<Record>),
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ScoreError {
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error("a call may send {MAX_RECORDS} records, this one has {0}")]
    TooMany(usize),
    #[error("a call may have {MAX_EXPLAINED} records explained, this one has {0}")]
    TooManyToExplain(usize),
    #[error("{} violations of the contract", .0.violations())]
    Refused(Refusals),
    #[error("no version of the model is in Production")]
    NotReady,
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Way(#[from] WayError),
}

impl Scoring {
    pub(crate) fn new(
        plan: &ModelPlan,
        topic: String,
        source: String,
        lifecycle: Arc<Lifecycle>,
        way: Way,
    ) -> Scoring {
        Scoring {
            gate: Gate::compile(&plan.input, Side::Input),
            task: plan.declared.predicts,
            answer: plan.declared.answer.clone(),
            topic,
            source,
            schema: schema_of(&plan.output),
            lifecycle,
            output: plan.output.clone(),
            way,
        }
    }

    /// Scores every record of `body`, or none: returns once the answers are durable. What is sent back says why, if `explain`.
    pub(crate) async fn score(
        self: Arc<Self>,
        body: Bytes,
        explain: bool,
    ) -> Result<Answer, ScoreError> {
        let _room = self.way.take_room(body.len())?;
        let scoring = self.clone();
        let scored = off_the_runtime(body.len(), move || scoring.answers(&body, explain)).await;
        let (answer, events) = scored?;
        self.keep(events).await?;
        Ok(answer)
    }

    /// Returns once the events of answers are durable.
    async fn keep(&self, events: Vec<Event>) -> Result<(), WayError> {
        self.way.append(&self.topic, events).await
    }

    fn answers(&self, body: &[u8], explain: bool) -> Result<(Answer, Vec<Event>), ScoreError> {
        if body.trim_ascii().is_empty() {
            return Err(BodyError::Empty.into());
        }
        let raw = json::split_records(body).map_err(BodyError::from)?;
        let one = body.trim_ascii_start().first() == Some(&b'{');
        if raw.is_empty() {
            return Err(BodyError::Empty.into());
        }
        if raw.len() > MAX_RECORDS {
            return Err(ScoreError::TooMany(raw.len()));
        }
        if explain && raw.len() > MAX_EXPLAINED {
            return Err(ScoreError::TooManyToExplain(raw.len()));
        }
        let mut asked = Vec::with_capacity(raw.len());
        let mut refused = Refusals::default();
        for (index, raw) in raw.into_iter().enumerate() {
            match self.checked(raw.get().as_bytes()) {
                Ok(record) => asked.push(Asked {
                    event_id: Uuid::now_v7(),
                    subject: subject(&self.output, &record),
                    correlation: None,
                    record,
                }),
                Err(violations) => refused.add(index, None, violations),
            }
        }
        if !refused.is_empty() {
            return Err(ScoreError::Refused(refused));
        }
        let answering = self.lifecycle.answering().ok_or(ScoreError::NotReady)?;
        // One version answers the whole call.
        let call = asked.first().map(|asked| asked.event_id);
        let serving = answering.to(call.unwrap_or_default());
        let answers = self.answer(serving, &mut asked)?;
        if let Some(row) = answers.iter().position(Option::is_none) {
            return Err(ModelError::UndefinedScore { row }.into());
        }
        if explain {
            self.explain(serving, &mut asked)?;
        }
        let events = answers.into_iter().flatten().collect();
        let mut records = asked.into_iter().map(|asked| asked.record);
        let answer = match (one, records.next()) {
            (true, Some(record)) => Answer::One(record),
            (_, first) => Answer::Many(first.into_iter().chain(records).collect()),
        };
        Ok((answer, events))
    }

    /// Adds to every answer why it is so.
    fn explain(&self, serving: &Serving, asked: &mut [Asked]) -> Result<(), ModelError> {
        let model = &serving.model;
        let rows = rows_of(model, asked);
        let scores = score(model, &rows)?;
        let rows = rows.chunks(model.features().len());
        let said = rows.zip(said(self.task, model, &scores)).enumerate();
        for (Asked { record, .. }, (index, (row, said))) in asked.iter_mut().zip(said) {
            let Some(Value::Object(answer)) = record.get_mut(&self.answer) else {
                continue;
            };
            let explained = Explained::of(model, said, row)?;
            let explained = explained.ok_or(ModelError::UndefinedScore { row: index })?;
            let explained = serde_json::to_value(explained).unwrap_or_default();
            answer.insert(EXPLANATION.to_owned(), explained);
        }
        Ok(())
    }

    fn checked(&self, text: &[u8]) -> Result<Record, Vec<Violation>> {
        let record = json::parse_record(text).map_err(|error| vec![Violation::from(error)])?;
        self.gate.check(&record)?;
        Ok(record)
    }

    /// Adds the answer to every record; returns the event that keeps it, or nothing where the model has no answer.
    fn answer(
        &self,
        serving: &Serving,
        asked: &mut [Asked],
    ) -> Result<Vec<Option<Event>>, ModelError> {
        let model = &serving.model;
        let scores = score(model, &rows_of(model, asked))?;
        let now = Utc::now();
        let scored_at = timestamp(now);
        let answers = asked.iter_mut().zip(said(self.task, model, &scores));
        let events = answers.map(|(asked, said)| {
            if !said.is_something() {
                return None;
            }
            let id = asked.event_id.to_string();
            let answer = said::answer(said, serving, &id, &scored_at);
            asked.record.insert(self.answer.clone(), answer);
            Some(Event {
                id,
                source: self.source.clone(),
                kind: "mesh.score".to_owned(),
                subject: asked.subject.take(),
                time: now,
                schema: Some(self.schema.clone()),
                correlation: asked.correlation.take(),
                data: serde_json::to_vec(&asked.record).unwrap_or_default().into(),
            })
        });
        Ok(events.collect())
    }
}

/// The features of every record, as the model takes them.
fn rows_of(model: &Model, asked: &[Asked]) -> Vec<f32> {
    let features = model.features();
    let mut rows = Vec::with_capacity(asked.len() * features.len());
    for Asked { record, .. } in asked {
        rows.extend(features.iter().map(|feature| number(record.get(feature))));
    }
    rows
}

/// A feature as the model takes it: what is absent or null is NaN, and the graph imputes it.
pub(crate) fn number(value: Option<&Value>) -> f32 {
    match value {
        Some(Value::Number(number)) => number.as_f64().map_or(f32::NAN, |number| number as f32),
        Some(Value::Bool(flag)) => f32::from(u8::from(*flag)),
        _ => f32::NAN,
    }
}
