use serde_json::{Number, Value};
use serde_saphyr::Location;

use super::DocumentError;
use super::node::{Node, NodeValue};
use crate::suggest::closest;

/// One value of a document, with the way that leads to it. Reading it wrongly says where and why.
#[derive(Clone)]
pub(crate) struct Cursor<'a> {
    file: &'a str,
    path: String,
    node: &'a Node,
}

/// The fields of one mapping of a document.
pub(crate) struct Fields<'a> {
    at: Cursor<'a>,
}

impl<'a> Cursor<'a> {
    pub(crate) fn root(file: &'a str, node: &'a Node) -> Cursor<'a> {
        Cursor {
            file,
            path: String::new(),
            node,
        }
    }

    /// A mapping that may have the fields `known` and no others, so that a slip in a name is not taken for an
    /// absent field.
    pub(crate) fn fields(self, known: &[&str]) -> Result<Fields<'a>, DocumentError> {
        let NodeValue::Map(entries) = &self.node.value else {
            return Err(self.wrong_kind("a mapping"));
        };
        for (key, _) in entries {
            if !known.contains(&key.value.as_str()) {
                let remedy = match closest(&key.value, known.iter().copied()) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => format!("known here: {}", known.join(", ")),
                };
                let problem = format!("unknown field `{}`", key.value);
                return Err(self.error_at(key.referenced, problem, remedy));
            }
        }
        Ok(Fields { at: self })
    }

    /// A mapping whose names of fields the standard's schema has checked.
    pub(crate) fn mapping(self) -> Result<Fields<'a>, DocumentError> {
        match self.is_mapping() {
            true => Ok(Fields { at: self }),
            false => Err(self.wrong_kind("a mapping")),
        }
    }

    pub(crate) fn items(&self) -> Result<Vec<Cursor<'a>>, DocumentError> {
        let NodeValue::List(items) = &self.node.value else {
            return Err(self.wrong_kind("a list"));
        };
        let item = |(index, node)| Cursor {
            file: self.file,
            path: format!("{}[{index}]", self.path),
            node,
        };
        Ok(items.iter().enumerate().map(item).collect())
    }

    pub(crate) fn text(&self) -> Result<&'a str, DocumentError> {
        match &self.node.value {
            NodeValue::Text(text) => Ok(text),
            NodeValue::Number(_) | NodeValue::Bool(_) => Err(self.error(
                format!("expected a text, found {}", self.node.kind()),
                "put it in quotes",
            )),
            _ => Err(self.wrong_kind("a text")),
        }
    }

    pub(crate) fn boolean(&self) -> Result<bool, DocumentError> {
        match &self.node.value {
            NodeValue::Bool(value) => Ok(*value),
            _ => Err(self.wrong_kind("true or false")),
        }
    }

    pub(crate) fn number(&self) -> Result<&'a Number, DocumentError> {
        match &self.node.value {
            NodeValue::Number(number) => Ok(number),
            _ => Err(self.wrong_kind("a number")),
        }
    }

    /// A number of things: a whole number, at least 0.
    pub(crate) fn count(&self) -> Result<u64, DocumentError> {
        let count = self.number()?.as_u64();
        count.ok_or_else(|| self.error("not a count", "write a whole number, at least 0"))
    }

    pub(crate) fn json(&self) -> Value {
        self.node.to_json()
    }

    pub(crate) fn is_mapping(&self) -> bool {
        matches!(self.node.value, NodeValue::Map(_))
    }

    /// One of `known`, or an error that lists them.
    pub(crate) fn one_of(&self, known: &[&str]) -> Result<&'a str, DocumentError> {
        let text = self.text()?;
        match known.contains(&text) {
            true => Ok(text),
            false => Err(self.error(
                format!("`{text}` is not known here"),
                format!("write one of {}", known.join(", ")),
            )),
        }
    }

    pub(crate) fn error(
        &self,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> DocumentError {
        self.error_at(self.node.location, problem, remedy)
    }

    fn error_at(
        &self,
        location: Location,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> DocumentError {
        DocumentError::new(self.file, location, self.path.clone(), problem, remedy)
    }

    fn wrong_kind(&self, expected: &str) -> DocumentError {
        let problem = format!("expected {expected}, found {}", self.node.kind());
        self.error(problem, format!("write {expected}"))
    }
}

impl<'a> Fields<'a> {
    /// The field, if it is there and not null.
    pub(crate) fn get(&self, name: &str) -> Option<Cursor<'a>> {
        let NodeValue::Map(entries) = &self.at.node.value else {
            return None;
        };
        let (_, node) = entries.iter().find(|(key, _)| key.value == name)?;
        let path = match self.at.path.as_str() {
            "" => name.to_owned(),
            parent => format!("{parent}.{name}"),
        };
        let absent = matches!(node.value, NodeValue::Null);
        (!absent).then_some(Cursor {
            file: self.at.file,
            path,
            node,
        })
    }

    pub(crate) fn require(&self, name: &str) -> Result<Cursor<'a>, DocumentError> {
        self.get(name)
            .ok_or_else(|| self.error(format!("`{name}` is missing"), format!("add `{name}:`")))
    }

    /// The names of all fields, in their order.
    pub(crate) fn names(&self) -> Vec<&'a str> {
        match &self.at.node.value {
            NodeValue::Map(entries) => entries.iter().map(|(key, _)| key.value.as_str()).collect(),
            _ => Vec::new(),
        }
    }

    /// The text of an optional field.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, DocumentError> {
        let field = self.get(name);
        field
            .map(|field| field.text().map(str::to_owned))
            .transpose()
    }

    /// An optional truth value, false where it is absent, as ODCS has it.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, DocumentError> {
        self.get(name).map_or(Ok(false), |field| field.boolean())
    }

    /// The items of an optional list.
    pub(crate) fn items(&self, name: &str) -> Result<Vec<Cursor<'a>>, DocumentError> {
        self.get(name).map_or(Ok(Vec::new()), |field| field.items())
    }

    /// The texts of an optional list.
    pub(crate) fn texts(&self, name: &str) -> Result<Vec<String>, DocumentError> {
        let items = self.items(name)?.into_iter();
        items.map(|item| item.text().map(str::to_owned)).collect()
    }

    pub(crate) fn error(
        &self,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> DocumentError {
        self.at.error(problem, remedy)
    }
}
