//! How two trees are gone through together, so that nothing that differs is passed over.

use std::sync::LazyLock;

use serde_json::Value;

use super::Change;
use super::rules::Rule;
use super::rules::document::{ANNOTATION_CHANGED, REWRITTEN};

type Map = serde_json::Map<String, Value>;

static EMPTY: LazyLock<Map> = LazyLock::new(Map::new);

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

/// The same part of both documents; none where it is absent or null.
#[derive(Clone, Copy)]
pub(super) struct Pair<'a> {
    pub(super) old: Option<&'a Value>,
    pub(super) new: Option<&'a Value>,
}

impl<'a> Pair<'a> {
    pub(super) fn new(old: Option<&'a Value>, new: Option<&'a Value>) -> Pair<'a> {
        let there = |value: &&Value| !value.is_null();
        Pair {
            old: old.filter(there),
            new: new.filter(there),
        }
    }

    /// One field of both.
    pub(super) fn field(&self, name: &str) -> Pair<'a> {
        let of = |value: Option<&'a Value>| value.and_then(|value| value.get(name));
        Pair::new(of(self.old), of(self.new))
    }

    pub(super) fn texts(&self) -> (Option<&'a str>, Option<&'a str>) {
        let text = |value: Option<&'a Value>| value.and_then(Value::as_str);
        (text(self.old), text(self.new))
    }

    /// As truth values, absent being false.
    pub(super) fn flags(&self) -> (bool, bool) {
        let flag = |value: Option<&Value>| value.and_then(Value::as_bool).unwrap_or(false);
        (flag(self.old), flag(self.new))
    }

    /// The given fields of both, as mappings of their own.
    pub(super) fn only(&self, names: &[&str]) -> [Value; 2] {
        [self.old, self.new].map(|value| {
            let field = |name: &&str| Some(((*name).to_owned(), value?.get(name)?.clone()));
            Value::Object(names.iter().filter_map(field).collect())
        })
    }

    /// All but the given fields of both.
    pub(super) fn without(&self, names: &[&str]) -> [Value; 2] {
        let map = |value: Option<&Value>| value.and_then(Value::as_object).cloned();
        [map(self.old), map(self.new)].map(|map| {
            let rest = map.unwrap_or_default().into_iter();
            Value::Object(
                rest.filter(|(name, _)| !names.contains(&name.as_str()))
                    .collect(),
            )
        })
    }

    pub(super) fn differs(&self) -> bool {
        self.old != self.new
    }

    /// The items of both lists, an absent one being empty; none if one of them is no list.
    pub(super) fn lists(&self) -> Option<(&'a [Value], &'a [Value])> {
        let list = |value: Option<&'a Value>| match value {
            None => Some([].as_slice()),
            Some(value) => value.as_array().map(Vec::as_slice),
        };
        list(self.old).zip(list(self.new))
    }

    /// Both mappings, an absent one being empty; none if one of them is no mapping.
    fn maps(&self) -> Option<(&'a Map, &'a Map)> {
        let map = |value: Option<&'a Value>| value.map_or(Some(&*EMPTY), Value::as_object);
        map(self.old).zip(map(self.new))
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

/// The first of the fields `names` that an item has, or else the whole item.
pub(super) fn label(item: Option<&Value>, names: &[&str]) -> String {
    let named = item.and_then(|item| names.iter().find_map(|name| mark(item, name)));
    named.unwrap_or_else(|| item.map_or_else(String::new, text))
}

/// A value as a text, complete.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The text of a field of an item, as a mark of it.
pub(super) fn mark(item: &Value, field: &str) -> Option<String> {
    item.get(field).filter(|value| !value.is_null()).map(text)
}

pub(super) fn same_but_for_order(old: Option<&Value>, new: Option<&Value>) -> bool {
    match (old, new) {
        (Some(Value::Array(old)), Some(Value::Array(new))) => {
            let mut rest: Vec<&Value> = new.iter().collect();
            old.len() == new.len()
                && old.iter().all(|item| {
                    let found = rest
                        .iter()
                        .position(|other| same_but_for_order(Some(item), Some(other)));
                    found.map(|index| rest.swap_remove(index)).is_some()
                })
        }
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            old.len() == new.len()
                && old
                    .iter()
                    .all(|(key, value)| same_but_for_order(Some(value), new.get(key)))
        }
        _ => old == new,
    }
}
