//! A part of the document as both versions have it.

use std::sync::LazyLock;

use serde_json::Value;

pub(super) type Map = serde_json::Map<String, Value>;

static EMPTY: LazyLock<Map> = LazyLock::new(Map::new);

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
    pub(super) fn maps(&self) -> Option<(&'a Map, &'a Map)> {
        let map = |value: Option<&'a Value>| value.map_or(Some(&*EMPTY), Value::as_object);
        map(self.old).zip(map(self.new))
    }
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
