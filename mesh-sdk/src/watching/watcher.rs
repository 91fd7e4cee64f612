//! Looks at one model whenever there is something new, and does what its rules say.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures::FutureExt;
use mesh_events::{EventError, EventLog};
use mesh_models::ModelError;
use mesh_platform::telemetry::Chain;
use mesh_storage::{Dataset, Engine, StorageError};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::answers::AnswerReader;
use super::look::{Answered, FEWEST, Look, Reference};
use super::rules::RuleState;
use super::table::{Finding, FindingKind, ModelQuality, Position};
use crate::SdkError;
use crate::changes::Changes;
use crate::lifecycle::{Lifecycle, Serving};
use crate::platform_dataset::KeepError;
use crate::product::ModelPlan;
use crate::scoring::said::{self, row_by_row};
use crate::times::Clock;
use crate::training::{Asker, in_the_background};

const SHORTEST_PAUSE: Duration = Duration::from_millis(200);
/// After this time at the latest it is seen whether there is something new.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// Reading labels takes at most one part in this many of the time.
const SHARE: u32 = 5;
/// For new answers alone.
const SMALL_SHARE: u32 = 20;
const AFTER_FAILURE: Duration = Duration::from_secs(10);
/// Findings that are shown.
const SHOWN: usize = 5000;

/// What is known of a model that is watched.
#[derive(Default)]
pub(crate) struct Watched(RwLock<Vec<Finding>>);

impl Watched {
    /// What the newest looks say, oldest first.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn add(&self, new: impl IntoIterator<Item = Finding>) {
        let mut findings = self.0.write().unwrap_or_else(PoisonError::into_inner);
        findings.extend(new);
        let surplus = findings.len().saturating_sub(SHOWN);
        findings.drain(..surplus);
    }
}

pub(crate) struct Watcher {
    pub(crate) product: String,
    pub(crate) plan: ModelPlan,
    pub(crate) engine: Arc<Engine>,
    /// What the product's statements read.
    pub(crate) datasets: BTreeMap<String, Arc<Dataset>>,
    pub(crate) lifecycle: Arc<Lifecycle>,
    pub(crate) quality: ModelQuality,
    pub(crate) log: Arc<dyn EventLog>,
    /// Topic of what the rules alert of.
    pub(crate) alerts: String,
    pub(crate) asker: Asker,
    pub(crate) changes: Changes,
    pub(crate) clock: Clock,
    pub(crate) watched: Arc<Watched>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum WatchError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Keep(#[from] KeepError),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Sdk(#[from] SdkError),
    #[error("{}", Chain(.0))]
    Events(#[from] EventError),
    #[error("it panicked")]
    Panicked,
}

/// What is remembered from look to look.
struct Memory {
    /// Looks so far.
    looks: u64,
    /// The version that was looked at, and what it is compared with.
    version: Option<(u64, Option<Arc<Reference>>)>,
    reader: AnswerReader,
    /// Answers that were not looked at yet, with their places.
    waiting: Vec<(Position, Answered)>,
    judged: Option<Judged>,
    /// That labels could not be read the last time.
    unread: Option<Unread>,
    rules: Vec<RuleState>,
}

struct Unread {
    reason: String,
    at: Instant,
}

/// The last time that labels were read.
struct Judged {
    /// What they were read from.
    sources: BTreeMap<String, u64>,
    /// How many answers had their truth when they were judged.
    known: u64,
    at: Instant,
    took: Duration,
}

impl Watcher {
    /// Looks until `stop`.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let mut heard = self.changes.listen();
        let mut memory = None;
        loop {
            heard.mark_unchanged();
            let began = Instant::now();
            // A bug in what it calls must not end it unnoticed.
            let looked = AssertUnwindSafe(self.step(&mut memory)).catch_unwind();
            let looked = tokio::select! {
                () = stop.cancelled() => return,
                looked = looked => looked.unwrap_or(Err(WatchError::Panicked)),
            };
            let wait = async {
                match &looked {
                    Ok(()) => {
                        // It rests as long as it has worked.
                        tokio::time::sleep(began.elapsed().max(SHORTEST_PAUSE)).await;
                        drop(tokio::time::timeout(LOOK_AGAIN, heard.changed()).await);
                    }
                    Err(_) => tokio::time::sleep(AFTER_FAILURE).await,
                }
            };
            match &looked {
                Ok(()) => {}
                // Another process has looked: this one goes on where that is.
                Err(WatchError::Keep(error)) if error.is_overtaken() => memory = None,
                Err(error) => {
                    let model = &self.plan.name;
                    tracing::error!(model, %error, retry_in = ?AFTER_FAILURE, "the model cannot be watched");
                    // What it remembers may be half of what the table says.
                    memory = None;
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = wait => {}
            }
        }
    }

    async fn step(&self, memory: &mut Option<Memory>) -> Result<(), WatchError> {
        if memory.is_none() {
            *memory = self.begin().await?;
        }
        let (Some(memory), Some(serving)) = (memory.as_mut(), self.lifecycle.serving()) else {
            return Ok(());
        };
        self.meet(memory, &serving).await?;
        self.look_at_answers(memory, &serving).await?;
        // An action may have let another version answer.
        if !self.answers(&serving) {
            return Ok(());
        }
        self.look_at_labels(memory, &serving).await
    }

    /// Whether it is this version that is in Production.
    fn answers(&self, version: &Serving) -> bool {
        let now = self.lifecycle.serving();
        now.is_some_and(|now| now.version.version == version.version.version)
    }

    /// Goes on where the table says that looks had come to.
    async fn begin(&self) -> Result<Option<Memory>, WatchError> {
        let Some(dataset) = self.datasets.get(&self.plan.dataset) else {
            return Ok(None);
        };
        let (findings, read) = self.quality.recent(&self.plan.name).await?;
        let done = self.quality.done(&self.plan.name).await?;
        let serving = self.lifecycle.serving().map(|it| it.version.version);
        let of_another = |finding: &&Finding| Some(finding.version) != serving;
        let others = findings.iter().rposition(|finding| of_another(&finding));
        let of_it = &findings[others.map_or(0, |last| last + 1)..];
        let rules = self.plan.rules.iter().map(|rule| {
            let newest = done.iter().find(|finding| finding.is_act_of(rule));
            RuleState::recalled(rule, newest.map(|finding| finding.at), of_it)
        });
        let memory = Memory {
            looks: findings.last().map_or(0, |newest| newest.look),
            version: None,
            reader: AnswerReader {
                dataset: dataset.clone(),
                engine: self.engine.clone(),
                answer: self.plan.declared.answer.clone(),
                task: self.plan.declared.predicts,
                read,
            },
            waiting: Vec::new(),
            judged: None,
            unread: None,
            rules: rules.collect(),
        };
        let mut shown = self
            .watched
            .0
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *shown = findings;
        Ok(Some(memory))
    }

    /// Forgets what was seen of another version.
    async fn meet(&self, memory: &mut Memory, serving: &Serving) -> Result<(), WatchError> {
        let number = serving.version.version;
        if memory
            .version
            .as_ref()
            .is_some_and(|(known, _)| *known == number)
        {
            return Ok(());
        }
        if memory.version.is_some() {
            memory.waiting.clear();
            memory.rules.iter_mut().for_each(RuleState::begins_anew);
        }
        let lifecycle = self.lifecycle.clone();
        let reading = tokio::task::spawn_blocking(move || lifecycle.reference(number));
        let reference = reading.await.map_err(|_| WatchError::Panicked)??;
        memory.version = Some((number, reference.map(Arc::new)));
        memory.judged = None;
        Ok(())
    }

    async fn look_at_answers(
        &self,
        memory: &mut Memory,
        serving: &Arc<Serving>,
    ) -> Result<(), WatchError> {
        let Some((_, Some(reference))) = memory.version.clone() else {
            return Ok(());
        };
        let batch = self.plan.declared.watch.batch;
        loop {
            while memory.waiting.len() < batch {
                let Some(answers) = memory.reader.next(serving.model.features()).await? else {
                    return Ok(());
                };
                let of_it = |answer: &Answered| answer.version == serving.version.version;
                let answers = answers.into_iter().filter(|(_, answer)| of_it(answer));
                memory.waiting.extend(answers);
            }
            let rest = memory.waiting.split_off(batch);
            let looked = std::mem::replace(&mut memory.waiting, rest);
            let reached = looked.last().map(|(position, _)| *position);
            let answers: Vec<Answered> = looked.into_iter().map(|(_, answer)| answer).collect();
            let reference = reference.clone();
            let drift = move |look: Look<'_>| look.drift(&reference, &answers);
            let findings = self.look(memory.looks + 1, serving, drift).await?;
            self.conclude(memory, findings, reached).await?;
            if !self.answers(serving) {
                return Ok(());
            }
        }
    }

    async fn look_at_labels(
        &self,
        memory: &mut Memory,
        serving: &Arc<Serving>,
    ) -> Result<(), WatchError> {
        let watch = &self.plan.declared.watch;
        let Some(labels) = &watch.labels else {
            return Ok(());
        };
        if memory
            .judged
            .as_ref()
            .is_some_and(|judged| !self.is_outdated(judged))
        {
            return Ok(());
        }
        let began = Instant::now();
        if memory
            .unread
            .as_ref()
            .is_some_and(|it| it.at.elapsed() < AFTER_FAILURE)
        {
            return Ok(());
        }
        let statement = self.labelled(labels, serving);
        let rows = match self.engine.numbers(&statement).await {
            Ok(rows) => rows,
            // The statement is the product's: what was found of the answers stays found.
            Err(error) => {
                let (model, reason) = (&self.plan.name, error.to_string());
                if memory.unread.as_ref().is_none_or(|it| it.reason != reason) {
                    tracing::warn!(model, %error, retry_in = ?AFTER_FAILURE, "the labels of the model cannot be read");
                }
                let at = Instant::now();
                memory.unread = Some(Unread { reason, at });
                return Ok(());
            }
        };
        memory.unread = None;
        let [outputs @ .., truth, known] = &rows.values[..] else {
            return Ok(());
        };
        let known = known.first().map_or(0, |known| *known as u64);
        let before = memory.judged.as_ref().map_or(0, |judged| judged.known);
        let took = began.elapsed();
        let judged = |known| Judged {
            sources: rows.sources.clone(),
            known,
            at: Instant::now(),
            took,
        };
        // A look needs some new labels to say something new.
        let fresh = (watch.window / 10).max(1) as u64;
        if truth.len() < FEWEST || known < before + fresh {
            memory.judged = Some(judged(before));
            return Ok(());
        }
        let outputs = row_by_row(outputs, 0..truth.len());
        let truth: Vec<f64> = truth.iter().copied().map(f64::from).collect();
        let performance = move |look: Look<'_>| look.performance(&outputs, &truth);
        let findings = self.look(memory.looks + 1, serving, performance).await?;
        // After a restart, or behind another process, the newest look may have been at the same answers.
        if before > 0 || !self.is_told(&findings) {
            self.conclude(memory, findings, None).await?;
        }
        memory.judged = Some(judged(known));
        Ok(())
    }

    /// Whether the newest look at labels says the same.
    fn is_told(&self, findings: &[Finding]) -> bool {
        let mut told = self.watched.findings();
        told.retain(|finding| finding.kind == FindingKind::Performance);
        let newest = told.last().map(|finding| finding.look);
        told.retain(|finding| Some(finding.look) == newest);
        let says = |it: &Finding| (it.version, it.subject.clone(), it.value, it.cases);
        let is_known = |finding: &Finding| told.iter().any(|it| says(it) == says(finding));
        findings.iter().all(is_known)
    }

    /// What a look finds. It gives way to everything else.
    async fn look(
        &self,
        number: u64,
        serving: &Arc<Serving>,
        find: impl FnOnce(Look<'_>) -> Result<Vec<Finding>, ModelError> + Send + 'static,
    ) -> Result<Vec<Finding>, WatchError> {
        let (plan, serving, at) = (self.plan.clone(), serving.clone(), self.clock.now());
        let looking = in_the_background("watching", move || {
            find(Look {
                plan: &plan,
                serving: &serving,
                number,
                at,
            })
        });
        Ok(looking.await.map_err(|_| WatchError::Panicked)??)
    }

    /// Whether there may be more answers with their truth: soon where there are labels, and now and then where there are
    /// answers only, which may have been stored after their labels.
    fn is_outdated(&self, judged: &Judged) -> bool {
        let is_new = |(name, version): (&String, &u64)| {
            let dataset = self.datasets.get(name);
            dataset.is_some_and(|dataset| dataset.info().version != *version)
        };
        let (answers, labels): (Vec<_>, Vec<_>) = judged
            .sources
            .iter()
            .partition(|(name, _)| **name == self.plan.dataset);
        let (rests, took) = (judged.at.elapsed(), judged.took);
        (rests >= took * SHARE && labels.into_iter().any(is_new))
            || (rests >= (took * SMALL_SHARE).max(LOOK_AGAIN) && answers.into_iter().any(is_new))
    }

    /// The newest answers of a version whose truth is known: its outputs, the truth, and how many there are.
    fn labelled(&self, labels: &str, serving: &Serving) -> String {
        let (dataset, answer) = (&self.plan.dataset, &self.plan.declared.answer);
        let field = |name: &str| format!("\"{answer}\"['{name}']");
        let (id, at) = (field("event_id"), field("scored_at"));
        let (task, classes) = (self.plan.declared.predicts, serving.model.classes().len());
        let outputs = said::outputs_in_sql(task, classes, field, "['probability']");
        let numbered = |(place, output): (usize, &String)| format!("{output} AS o{place}");
        let named: Vec<String> = outputs.iter().enumerate().map(numbered).collect();
        let names: Vec<String> = (0..outputs.len())
            .map(|place| format!("a.o{place}"))
            .collect();
        format!(
            "SELECT {}, l.truth, count(*) OVER () AS known \
             FROM (SELECT {id} AS id, {}, {at} AS at FROM \"{dataset}\" \
                   WHERE {} = {}) a \
             JOIN {} l ON l.answer = a.id \
             ORDER BY a.at DESC, a.id LIMIT {}",
            names.join(", "),
            named.join(", "),
            field("version"),
            serving.version.version,
            said::labels_in_sql(task, labels),
            self.plan.declared.watch.window
        )
    }

    /// Notes what a look says, with what is done about it.
    async fn conclude(
        &self,
        memory: &mut Memory,
        findings: Vec<Finding>,
        reached: Option<Position>,
    ) -> Result<(), WatchError> {
        let number = memory.looks + 1;
        let mut done = Vec::new();
        for (place, rule) in self.plan.rules.iter().enumerate() {
            let Some(found) = rule.when.is_in(&findings) else {
                continue;
            };
            if memory.rules[place].look(rule, found, self.clock.now()) {
                for action in &rule.then {
                    done.push(self.act(*action, rule, number, &findings).await?);
                }
            }
        }
        self.publish(&findings);
        let all: Vec<Finding> = findings.into_iter().chain(done).collect();
        self.quality
            .add(&self.plan.name, number, &all, reached)
            .await?;
        memory.looks = number;
        self.watched.add(all);
        self.changes.tell();
        Ok(())
    }

    fn publish(&self, findings: &[Finding]) {
        for finding in findings {
            let (metric, kind) = match finding.kind {
                FindingKind::Drift => ("mesh_model_drift_psi", Some("drift")),
                FindingKind::Estimate => ("mesh_model_estimate", None),
                FindingKind::Performance => ("mesh_model_measure", Some("performance")),
                FindingKind::Action => continue,
            };
            let of = |label: &'static str, value: String| {
                [
                    ("product", self.product.clone()),
                    ("model", self.plan.name.clone()),
                    ("subject", finding.subject.clone()),
                    (label, value),
                ]
            };
            if let Some(value) = finding.value {
                let of = of("version", finding.version.to_string());
                metrics::gauge!(metric, &of).set(value);
            }
            if let Some(kind) = kind {
                // Not by version: of one that answers no more, what was found last would stay.
                let of = of("kind", kind.to_owned());
                metrics::gauge!("mesh_model_finding", &of).set(f64::from(finding.found));
            }
        }
    }
}
