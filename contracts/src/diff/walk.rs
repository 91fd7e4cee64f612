//! How two trees are gone through together, so that nothing that differs is passed over.

use serde_json::Value;

use super::Change;
use super::pair::{Pair, label, same_but_for_order, text};
use super::rules::Rule;
use super::rules::document::{ANNOTATION_CHANGED, REWRITTEN};

/// A place in both documents.
#[derive(Clone)]
pub(super) struct Scope {
    path: String,
    field: String,
    subject: String,
    spares_producers: bool,
}

impl Scope {
    pub(super) fn root() -> Scope {
        Scope {
            path: String::new(),
            field: String::new(),
            subject: "the contract".to_owned(),
            spares_producers: false,
        }
    }

    /// A field or a list's item here; the subject of sentences stays.
    pub(super) fn at(&self, field: &str) -> Scope {
        let path = match (self.path.as_str(), field) {
            ("", _) => field.to_owned(),
            (path, "[]") => format!("{path}[]"),
            (path, _) => format!("{path}.{field}"),
        };
        Scope {
            path,
            field: field.to_owned(),
            ..self.clone()
        }
    }

    /// The same place, of which sentences speak as `subject`.
    pub(super) fn about(self, subject: impl Into<String>) -> Scope {
        let subject = subject.into();
        Scope { subject, ..self }
    }

    /// The same place, to which no producer is held if `spared`.
    pub(super) fn sparing_producers(self, spared: bool) -> Scope {
        let spares_producers = self.spares_producers || spared;
        Scope {
            spares_producers,
            ..self
        }
    }

    pub(super) fn field(&self) -> &str {
        &self.field
    }

    pub(super) fn subject(&self) -> &str {
        &self.subject
    }
}

/// What tells an item of a list from the others, if it has that.
pub(super) type Mark = fn(&Value) -> Option<String>;

/// What a list holds: how its items are recognised, and what it means that one comes, goes or changes.
pub(super) struct Items {
    /// The fields that an item is called by, the best first.
    pub(super) names: &'static [&'static str],
    /// The best first.
    pub(super) marks: &'static [Mark],
    pub(super) added: &'static Rule,
    pub(super) removed: &'static Rule,
    /// Compares an item that is in both lists.
    pub(super) both: fn(&mut Walk, &Scope, Pair<'_>),
}

/// Collects the changes.
#[derive(Default)]
pub(super) struct Walk {
    pub(super) changes: Vec<Change>,
}

impl Walk {
    pub(super) fn report(&mut self, rule: &'static Rule, scope: &Scope, pair: Pair<'_>) {
        self.report_as(rule, scope, pair.old.map(text), pair.new.map(text));
    }

    /// Reports with words of its own for what was and what is.
    pub(super) fn report_as(
        &mut self,
        rule: &'static Rule,
        scope: &Scope,
        old: Option<String>,
        new: Option<String>,
    ) {
        let Scope {
            path,
            field,
            subject,
            spares_producers,
        } = scope.clone();
        self.changes.push(Change {
            path,
            field,
            subject,
            rule,
            old,
            new,
            spares_producers,
        });
    }

    /// Compares two mappings field by field; `compare` is asked for each that differs.
    pub(super) fn fields(
        &mut self,
        scope: &Scope,
        pair: Pair<'_>,
        compare: impl Fn(&mut Walk, &Scope, Pair<'_>),
    ) {
        let Some((old, new)) = pair.maps() else {
            return self.report(&ANNOTATION_CHANGED, scope, pair);
        };
        let added = new.keys().filter(|key| !old.contains_key(*key));
        for key in old.keys().chain(added) {
            self.part(&scope.at(key), old.get(key), new.get(key), &compare);
        }
    }

    /// Compares one part. What differs in more than order, and no rule spoke of, says the same in other words.
    pub(super) fn part(
        &mut self,
        scope: &Scope,
        old: Option<&Value>,
        new: Option<&Value>,
        compare: impl FnOnce(&mut Walk, &Scope, Pair<'_>),
    ) {
        if old == new {
            return;
        }
        let before = self.changes.len();
        compare(self, scope, Pair::new(old, new));
        if self.changes.len() == before && !same_but_for_order(old, new) {
            self.report_as(&REWRITTEN, scope, old.map(text), new.map(text));
        }
    }

    /// Compares two lists whose order means nothing.
    pub(super) fn items(&mut self, scope: &Scope, pair: Pair<'_>, items: &Items) {
        let Some((old, new)) = pair.lists() else {
            return self.report(&ANNOTATION_CHANGED, scope, pair);
        };
        for item in matched(old, new, items.marks) {
            let at = scope.at(&label(item.old.or(item.new), items.names));
            match (item.old, item.new) {
                (Some(_), Some(_)) => self.part(&at, item.old, item.new, items.both),
                (Some(_), None) => self.report(items.removed, &at, item),
                _ => self.report(items.added, &at, item),
            }
        }
    }
}

/// Which item of one list is which of the other: those that are equal first, then by each mark in turn. In the order
/// of the old list, then what is only in the new one.
pub(super) fn matched<'a>(old: &'a [Value], new: &'a [Value], marks: &[Mark]) -> Vec<Pair<'a>> {
    let mut partners: Vec<Option<usize>> = vec![None; old.len()];
    let mut free: Vec<bool> = vec![true; new.len()];
    let mut assign = |same: &dyn Fn(&Value, &Value) -> bool| {
        for (item, partner) in old.iter().zip(&mut partners) {
            if partner.is_none() {
                *partner = (0..new.len()).find(|&index| free[index] && same(item, &new[index]));
                partner.inspect(|&index| free[index] = false);
            }
        }
    };
    assign(&|old, new| old == new);
    for mark in marks {
        assign(&|old, new| mark(old).is_some_and(|old| mark(new) == Some(old)));
    }
    let kept = old.iter().zip(partners).map(|(item, partner)| Pair {
        old: Some(item),
        new: partner.map(|index| &new[index]),
    });
    let added = new.iter().zip(free).filter(|(_, free)| *free);
    let added = added.map(|(item, _)| Pair {
        old: None,
        new: Some(item),
    });
    kept.chain(added).collect()
}
