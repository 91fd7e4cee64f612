//! When something is done about what looks find: neither for a single look nor again and again.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::table::{Finding, FindingKind};
use crate::declaration::{Action, Found};

/// A rule as it is declared, checked.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) when: Found,
    pub(crate) then: Vec<Action>,
    pub(crate) looks: u32,
    pub(crate) pause: Duration,
}

impl Rule {
    /// For people, and the same for as long as the rule is.
    pub(crate) fn name(&self) -> String {
        match &self.when {
            Found::Drift => "drift".to_owned(),
            Found::Worse => "worse".to_owned(),
            Found::Beyond(bounds) => {
                let bounds = bounds.iter().map(|(measure, bound)| {
                    let side = if measure.rises() { "below" } else { "above" };
                    format!("{} {side} {bound}", measure.name())
                });
                bounds.collect::<Vec<_>>().join(" or ")
            }
        }
    }
}

/// What a rule remembers from look to look.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RuleState {
    /// Looks in a row that found it.
    found: u32,
    /// When something was done last.
    done: Option<DateTime<Utc>>,
}

impl Finding {
    /// Whether it is something that was done by a rule.
    pub(crate) fn is_act_of(&self, rule: &Rule) -> bool {
        self.kind == FindingKind::Action && self.detail["rule"] == rule.name().as_str()
    }
}

impl RuleState {
    /// Of a rule by which something was done last at `done`, after looks at the version that answers now, oldest first.
    pub(crate) fn recalled(
        rule: &Rule,
        done: Option<DateTime<Utc>>,
        findings: &[Finding],
    ) -> RuleState {
        let looks = findings.chunk_by(|one, next| one.look == next.look);
        let found = looks.fold(0, |found: u32, look| {
            let acted = look.iter().any(|finding| finding.is_act_of(rule));
            match rule.when.is_in(look) {
                Some(true) if !acted => found.saturating_add(1),
                Some(_) => 0,
                None => found,
            }
        });
        RuleState { found, done }
    }

    /// Notes what a look found; tells whether something is to be done now.
    pub(crate) fn look(&mut self, rule: &Rule, found: bool, now: DateTime<Utc>) -> bool {
        self.found = if found {
            self.found.saturating_add(1)
        } else {
            0
        };
        let rests = self.done.is_some_and(|done| {
            // A clock that was set back has let no time pass.
            let since = (now - done).to_std().unwrap_or_default();
            since < rule.pause
        });
        if self.found < rule.looks || rests {
            return false;
        }
        self.done = Some(now);
        self.found = 0;
        true
    }

    /// Another version answers: what was found of the one before counts no more.
    pub(crate) fn begins_anew(&mut self) {
        self.found = 0;
    }
}

#[cfg(test)]
mod tests;
