//! What rules do about what looks find.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use mesh_contracts::{Contract, published};
use mesh_events::{Event, EventError};
use serde_json::json;
use uuid::Uuid;

use super::rules::Rule;
use super::table::{Finding, FindingKind};
use super::watcher::{WatchError, Watcher};
use crate::declaration::{Action, Found};
use crate::ingest::schema_of;
use crate::lifecycle::{Decider, LifecycleError, MESH};
use crate::training::{Cause, Wanted};

static CONTRACT: LazyLock<Option<Contract>> =
    LazyLock::new(|| published::find("model-alert", None));

/// The contract of the events that rules alert by.
pub(crate) fn contract() -> Option<&'static Contract> {
    CONTRACT.as_ref()
}

impl Watcher {
    /// Does what a rule says. Whatever it is begins nothing twice where the look has to be repeated.
    pub(super) async fn act(
        &self,
        action: Action,
        rule: &Rule,
        look: u64,
        findings: &[Finding],
    ) -> Result<Finding, WatchError> {
        let model = &self.plan.name;
        let found: Vec<&Finding> = findings.iter().filter(|finding| finding.found).collect();
        let told: Vec<String> = found.iter().map(|finding| in_words(finding)).collect();
        let why = shortened(format!("look {look}: {}: {}", rule.name(), told.join("; ")));
        let at = self.clock.now();
        let first = findings.first();
        let version = first.map_or(0, |first| first.version);
        tracing::warn!(
            model,
            action = name(action),
            why,
            "a rule of the model acts"
        );
        let refused = match action {
            Action::Alert => {
                self.alert(rule, look, at, &why, version).await?;
                None
            }
            Action::Retrain if self.lifecycle.is_frozen() => {
                Some(LifecycleError::Frozen(model.clone()).to_string())
            }
            Action::Retrain => {
                let wanted = Wanted {
                    cause: match rule.when {
                        Found::Drift => Cause::Drift,
                        Found::Worse | Found::Beyond(_) => Cause::Accuracy,
                    },
                    why: why.clone(),
                    asked_by: MESH.to_owned(),
                    promote: true,
                };
                self.asker
                    .ask(&format!("{model}-look-{look}"), &wanted)
                    .await?;
                None
            }
            Action::RollBack => {
                let decider = Decider {
                    // One decision: nothing may come between.
                    freezes: rule.then.contains(&Action::Freeze),
                    ..Decider::new(MESH, &why)
                };
                // Another version may answer meanwhile, of which nothing bad is known.
                refusal(self.lifecycle.roll_back(Some(version), decider).await)?
            }
            Action::Freeze => refusal(self.lifecycle.freeze(Decider::new(MESH, &why)).await)?,
        };
        let of = [
            ("product", self.product.clone()),
            ("model", model.clone()),
            ("action", name(action).to_owned()),
        ];
        metrics::counter!("mesh_model_actions_total", &of).increment(1);
        Ok(Finding {
            look,
            at,
            version,
            kind: FindingKind::Action,
            subject: name(action).to_owned(),
            value: None,
            low: None,
            high: None,
            bound: None,
            found: refused.is_none(),
            cases: first.map_or(0, |first| first.cases),
            detail: json!({ "rule": rule.name(), "why": why, "refused": refused }),
        })
    }

    async fn alert(
        &self,
        rule: &Rule,
        look: u64,
        at: DateTime<Utc>,
        why: &str,
        version: u64,
    ) -> Result<(), EventError> {
        let data = json!({
            "model": self.plan.name,
            "version": version,
            "look": look,
            "rule": rule.name(),
            "why": why,
        });
        let named = format!("{} {look} {}", self.asker.source, rule.name());
        let event = Event {
            id: Uuid::new_v5(&Uuid::NAMESPACE_URL, named.as_bytes()).to_string(),
            source: self.asker.source.clone(),
            kind: "mesh.alert".to_owned(),
            subject: Some(self.plan.name.clone()),
            time: at,
            schema: contract().map(schema_of),
            correlation: None,
            data: data.to_string().into(),
        };
        self.log.append(&self.alerts, vec![event]).await.map(drop)
    }
}

/// Why something was not done, if it may not be.
fn refusal<T>(decided: Result<T, LifecycleError>) -> Result<Option<String>, WatchError> {
    match decided {
        Ok(_) => Ok(None),
        Err(LifecycleError::Sdk(error)) => Err(error.into()),
        Err(LifecycleError::History(error)) => Err(error.into()),
        Err(refused) => Ok(Some(refused.to_string())),
    }
}

fn name(action: Action) -> &'static str {
    match action {
        Action::Alert => "alert",
        Action::Retrain => "retrain",
        Action::RollBack => "roll-back",
        Action::Freeze => "freeze",
    }
}

/// `chol has drifted (PSI 0.31, 0.12 by chance) on 500 answers`
fn in_words(finding: &Finding) -> String {
    let number = |value: Option<f64>| value.map_or("?".to_owned(), |value| format!("{value:.3}"));
    let (value, bound) = (number(finding.value), number(finding.bound));
    let (subject, cases) = (&finding.subject, finding.cases);
    match finding.kind {
        FindingKind::Drift => {
            format!("{subject} has drifted (PSI {value}, {bound} by chance) on {cases} answers")
        }
        _ => format!(
            "{subject} is {value} [{}, {}] on {cases} answers, {bound} on the cases held out",
            number(finding.low),
            number(finding.high)
        ),
    }
}

/// As long as a reason may be.
fn shortened(mut why: String) -> String {
    const LONGEST: usize = 1000;
    if let Some((end, _)) = why.char_indices().nth(LONGEST - 1) {
        why.truncate(end);
        why.push('…');
    }
    why
}
