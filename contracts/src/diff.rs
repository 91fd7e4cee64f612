//! What changes between two versions of a contract, and whom it breaks.
//!
//! The whole documents are compared, not only what the gate reads of them, and every difference in content is a
//! [`Change`] that cites one [`Rule`]: no edit is silent. Comments, layout and the order of fields are no content.

mod bounds;
mod contract;
mod limits;
mod pair;
mod property;
mod quality;
mod rules;
mod service;
mod walk;

use std::fmt;

use crate::contract::Contract;
use crate::document::Node;

pub use rules::{Rule, rules};

/// Compares two versions of a contract.
pub fn diff(old: &Contract, new: &Contract) -> Diff {
    Diff {
        changes: contract::compare(&tree(old), &tree(new)),
    }
}

fn tree(contract: &Contract) -> serde_json::Value {
    Node::parse(contract.id(), contract.source())
        .expect("a contract's source was read before")
        .to_json()
}

/// Everything that two versions of a contract do not have in common.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diff {
    changes: Vec<Change>,
}

impl Diff {
    /// In the order of the older document; what is added to a list or a mapping comes at its end.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Whether the documents differ in nothing but comments, layout and order.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The worst of the changes for one kind of port; cosmetic where there is none.
    pub fn verdict(&self, direction: Direction) -> Verdict {
        let verdicts = self.changes.iter().map(|change| change.verdict(direction));
        verdicts.max().unwrap_or(Verdict::Cosmetic)
    }

    /// The worst for a dataset that is written through an input port and read through an output port.
    pub fn verdict_both(&self) -> Verdict {
        self.verdict(Direction::Input)
            .max(self.verdict(Direction::Output))
    }
}

/// What a change does to those who keep to the older version; ordered from harmless to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Nothing that a program relies on.
    Cosmetic,
    /// Something new; who keeps to the older version goes on undisturbed.
    Compatible,
    /// Who keeps to the older version is refused, loses something, or meets what was excluded.
    Breaking,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Cosmetic => "cosmetic",
            Verdict::Compatible => "compatible",
            Verdict::Breaking => "breaking",
        })
    }
}

/// Which way the records go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Producers send records in: they break where less is accepted.
    Input,
    /// Consumers read records: they break where more may come, or less is promised.
    Output,
}

/// One difference between two versions of a contract.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    path: String,
    /// The last part of the path.
    field: String,
    subject: String,
    rule: &'static Rule,
    old: Option<String>,
    new: Option<String>,
    spares_producers: bool,
}

/// What happened to a part of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Added,
    Removed,
    Changed,
}

impl Change {
    /// Where, with the names of properties and rules: `schema.heart_readings.age.logicalTypeOptions.minimum`.
    pub fn path(&self) -> &str {
        &self.path
    }

    pub fn kind(&self) -> Kind {
        match (&self.old, &self.new) {
            (None, _) => Kind::Added,
            (_, None) => Kind::Removed,
            _ => Kind::Changed,
        }
    }

    /// What judges it.
    pub fn rule(&self) -> &'static Rule {
        self.rule
    }

    /// What the older version says; none where it says nothing.
    pub fn before(&self) -> Option<&str> {
        self.old.as_deref()
    }

    /// What the newer version says; none where it says nothing.
    pub fn after(&self) -> Option<&str> {
        self.new.as_deref()
    }

    /// What the rule says, except that an input port does not break over what no producer is held to: what the
    /// platform assigns, and quality rules that only warn.
    pub fn verdict(&self, direction: Direction) -> Verdict {
        match direction {
            Direction::Input if self.spares_producers => self.rule.input.min(Verdict::Compatible),
            Direction::Input => self.rule.input,
            Direction::Output => self.rule.output,
        }
    }

    /// For people: `age: the least value rises from 0 to 18`.
    pub fn sentence(&self) -> String {
        let (old, new) = (shown(self.before()), shown(self.after()));
        let change = match self.kind() {
            Kind::Added => format!("is added: {new}"),
            Kind::Removed => format!("is removed; it was {old}"),
            Kind::Changed => format!("changes from {old} to {new}"),
        };
        let words = [
            ("{field}", &self.field),
            ("{change}", &change),
            ("{old}", &old),
            ("{new}", &new),
        ];
        format!("{}: {}", self.subject, filled(self.rule.says, &words))
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.sentence(), self.rule.id)
    }
}

/// Each word's value in its place, in one pass: a value that looks like a word stays as it is.
fn filled(template: &str, words: &[(&str, &String)]) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        text.push_str(&rest[..start]);
        rest = &rest[start..];
        let word = words.iter().find(|(word, _)| rest.starts_with(word));
        let taken = match word {
            Some((word, value)) => {
                text.push_str(value);
                word.len()
            }
            None => {
                text.push('{');
                1
            }
        };
        rest = &rest[taken..];
    }
    text.push_str(rest);
    text
}

/// A value in a sentence: one line, not too long.
fn shown(value: Option<&str>) -> String {
    const LONGEST: usize = 60;
    let Some(value) = value else {
        return "nothing".to_owned();
    };
    let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests;
