//! Documents against a JSON Schema: every mistake at once, each with its place.

mod branches;
mod known;
mod mistake;
#[cfg(test)]
mod tests;

use jsonschema::Validator;
use serde_json::Value;

use super::DocumentError;
use super::node::{Node, NodeValue};
use mistake::{Mistake, Target};

/// More mistakes than these are not told at once.
const MOST: usize = 50;

/// The form that one kind of document must have, as JSON Schema.
pub struct DocumentSchema {
    validator: Validator,
    schema: Value,
}

/// Why a JSON Schema cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("not a JSON Schema that documents can be checked with: {0}")]
pub struct SchemaError(String);

impl SchemaError {
    /// Stable name of this kind of error.
    pub fn code(&self) -> &'static str {
        "schema-invalid"
    }
}

impl DocumentSchema {
    /// # Errors
    /// Where `schema` is no JSON Schema, or refers to another document.
    pub fn compile(schema: &Value) -> Result<DocumentSchema, SchemaError> {
        let options = jsonschema::options().should_validate_formats(true);
        let validator = options
            .build(schema)
            .map_err(|error| SchemaError(error.to_string()))?;
        Ok(DocumentSchema {
            validator,
            schema: schema.clone(),
        })
    }

    /// What is wrong with a document, in the order of its lines: at most 50 mistakes, none where it keeps the schema.
    /// `file` only names it.
    pub fn check(&self, file: &str, yaml: &str) -> Vec<DocumentError> {
        match Node::parse(file, yaml) {
            Ok(document) => self.check_node(file, &document),
            Err(error) => vec![error],
        }
    }

    pub(crate) fn check_node(&self, file: &str, document: &Node) -> Vec<DocumentError> {
        let json = document.to_json();
        let broken: Vec<_> = self.validator.iter_errors(&json).collect();
        let mut mistakes: Vec<Mistake> = broken
            .iter()
            .flat_map(|error| mistake::explain(error, &self.schema))
            .collect();
        // What is left out as noise must not make a broken document whole.
        if let (true, Some(error)) = (mistakes.is_empty(), broken.first()) {
            mistakes.push(mistake::plainly(error));
        }
        drop_misspelt(&mut mistakes);
        let mut errors: Vec<_> = mistakes
            .into_iter()
            .map(|mistake| located(file, document, mistake))
            .collect();
        errors.sort_by(|one, other| place(one).cmp(&place(other)));
        errors.dedup();
        errors.truncate(MOST);
        errors
    }
}

/// A field that is missing only because its name is misspelt is one mistake.
fn drop_misspelt(mistakes: &mut Vec<Mistake>) {
    let meant = |mistake: &Mistake| match &mistake.target {
        Target::Key {
            meant: Some(name), ..
        } => Some((mistake.steps.clone(), name.clone())),
        _ => None,
    };
    let meant: Vec<_> = mistakes.iter().filter_map(meant).collect();
    mistakes.retain(|mistake| match &mistake.target {
        Target::Missing(name) => !meant.contains(&(mistake.steps.clone(), name.clone())),
        _ => true,
    });
}

fn place(error: &DocumentError) -> (u64, u64, &str, &str) {
    (error.line, error.column, &error.path, &error.problem)
}

/// The mistake as an error of the document, at the key or value it is about.
fn located(file: &str, document: &Node, mistake: Mistake) -> DocumentError {
    let mut node = document;
    let mut path = String::new();
    for step in &mistake.steps {
        node = match &node.value {
            NodeValue::List(items) => {
                path.push_str(&format!("[{step}]"));
                let item = step.parse().ok().and_then(|index: usize| items.get(index));
                item.unwrap_or(node)
            }
            NodeValue::Map(entries) => {
                let dot = if path.is_empty() { "" } else { "." };
                path.push_str(&format!("{dot}{step}"));
                let entry = entries.iter().find(|(key, _)| key.value == *step);
                entry.map_or(node, |(_, value)| value)
            }
            _ => node,
        };
    }
    let key = match (&mistake.target, &node.value) {
        (Target::Key { name, .. }, NodeValue::Map(entries)) => {
            entries.iter().find(|(key, _)| key.value == *name)
        }
        _ => None,
    };
    let location = key.map_or(node.location, |(key, _)| key.referenced);
    DocumentError::new(file, location, path, mistake.problem, mistake.remedy)
}
