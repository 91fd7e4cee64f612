//! The attributes of a node, read with their types checked.

use crate::ModelError;
use crate::onnx::proto::{AttributeProto, NodeProto, TensorProto, attribute_type};

/// Names from a file are cut to this many characters in messages.
const SHOWN: usize = 80;

/// A node whose attributes are all known to its operator and given once.
pub(crate) struct Attributes<'a> {
    node: &'a NodeProto,
}

impl<'a> Attributes<'a> {
    pub(crate) fn of(node: &'a NodeProto, known: &[&str]) -> Result<Self, ModelError> {
        for (i, attribute) in node.attribute.iter().enumerate() {
            let name = &attribute.name;
            if !known.contains(&name.as_str()) {
                return Err(invalid(
                    node,
                    format!("attribute `{}` is not supported", shown(name)),
                ));
            }
            if node.attribute[..i]
                .iter()
                .any(|earlier| earlier.name == *name)
            {
                return Err(invalid(node, format!("attribute `{name}` is given twice")));
            }
        }
        Ok(Self { node })
    }

    pub(crate) fn int(&self, name: &str, default: i64) -> Result<i64, ModelError> {
        let attribute = self.find(name, attribute_type::INT)?;
        Ok(attribute.map_or(default, |attribute| attribute.i.unwrap_or_default()))
    }

    pub(crate) fn float(&self, name: &str, default: f32) -> Result<f32, ModelError> {
        let attribute = self.find(name, attribute_type::FLOAT)?;
        Ok(attribute.map_or(default, |attribute| attribute.f.unwrap_or_default()))
    }

    pub(crate) fn string(&self, name: &str, default: &'static str) -> Result<&'a str, ModelError> {
        match self.find(name, attribute_type::STRING)? {
            None => Ok(default),
            Some(attribute) => std::str::from_utf8(attribute.s.as_deref().unwrap_or_default())
                .map_err(|_| invalid(self.node, format!("attribute `{name}` is not UTF-8"))),
        }
    }

    pub(crate) fn tensor(&self, name: &str) -> Result<&'a TensorProto, ModelError> {
        let attribute = self.find(name, attribute_type::TENSOR)?;
        attribute
            .and_then(|attribute| attribute.t.as_ref())
            .ok_or_else(|| self.missing(name))
    }

    pub(crate) fn ints(&self, name: &str) -> Result<&'a [i64], ModelError> {
        let attribute = self.find(name, attribute_type::INTS)?;
        attribute
            .map(|attribute| attribute.ints.as_slice())
            .ok_or_else(|| self.missing(name))
    }

    pub(crate) fn strings(&self, name: &str) -> Result<&'a [Vec<u8>], ModelError> {
        let attribute = self.find(name, attribute_type::STRINGS)?;
        attribute
            .map(|attribute| attribute.strings.as_slice())
            .ok_or_else(|| self.missing(name))
    }

    /// Whether the attribute is given.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.node
            .attribute
            .iter()
            .any(|attribute| attribute.name == name)
    }

    /// Finite numbers: anything else would spread to every score.
    pub(crate) fn floats(&self, name: &str) -> Result<&'a [f32], ModelError> {
        self.numbers(name, f32::is_finite, "a number that is not finite")
    }

    /// Numbers that may be infinite, as thresholds are that part what is missing from what is there.
    pub(crate) fn thresholds(&self, name: &str) -> Result<&'a [f32], ModelError> {
        self.numbers(name, |value| !value.is_nan(), "something that is no number")
    }

    fn numbers(
        &self,
        name: &str,
        may_be: impl Fn(f32) -> bool,
        otherwise: &str,
    ) -> Result<&'a [f32], ModelError> {
        let attribute = self.find(name, attribute_type::FLOATS)?;
        let floats = attribute
            .map(|attribute| attribute.floats.as_slice())
            .ok_or_else(|| self.missing(name))?;
        if !floats.iter().all(|&value| may_be(value)) {
            let reason = format!("attribute `{name}` has {otherwise}");
            return Err(invalid(self.node, reason));
        }
        Ok(floats)
    }

    /// Finite numbers, one per column: as many as there are, or one for all.
    pub(crate) fn per_column(&self, name: &str, columns: usize) -> Result<Vec<f32>, ModelError> {
        match self.floats(name)? {
            [all] => Ok(vec![*all; columns]),
            each if each.len() == columns => Ok(each.to_vec()),
            other => Err(invalid(
                self.node,
                format!(
                    "attribute `{name}` has {} numbers for {columns} columns",
                    other.len()
                ),
            )),
        }
    }

    fn find(&self, name: &str, kind: i32) -> Result<Option<&'a AttributeProto>, ModelError> {
        match self
            .node
            .attribute
            .iter()
            .find(|attribute| attribute.name == name)
        {
            Some(attribute) if attribute.r#type != kind => Err(invalid(
                self.node,
                format!("attribute `{name}` has the wrong type"),
            )),
            found => Ok(found),
        }
    }

    fn missing(&self, name: &str) -> ModelError {
        invalid(self.node, format!("attribute `{name}` is missing"))
    }
}

/// What a node is called in messages: its name or, as names are optional, its first output.
pub(crate) fn node_name(node: &NodeProto) -> String {
    let output = node.output.first().map_or("", String::as_str);
    shown(if node.name.is_empty() {
        output
    } else {
        &node.name
    })
}

/// The error of a node for this reason.
pub(crate) fn invalid(node: &NodeProto, reason: impl Into<String>) -> ModelError {
    ModelError::InvalidNode {
        operator: shown(&node.op_type),
        node: node_name(node),
        reason: reason.into(),
    }
}

/// A name from a file as messages show it.
pub(crate) fn shown(name: &str) -> String {
    name.chars().take(SHOWN).collect()
}
