//! When something is done about what looks find: neither for a single look nor again and again.

use std::time::Duration;

use chrono::{DateTime, Utc};

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

impl RuleState {
    /// Of a rule by which something was done last at `done`.
    pub(crate) fn since(done: Option<DateTime<Utc>>) -> RuleState {
        RuleState { found: 0, done }
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
