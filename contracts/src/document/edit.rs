use serde_json::Value;

use super::DocumentError;
use super::map::DocumentMap;
use super::node::{Node, NodeValue};

const FILE: &str = "document";

/// The same document with one text, number or truth value changed, and every other byte as it was: comments, order,
/// spacing, line ends and the way other values are quoted.
///
/// `path` is such as `version` or `schema[0].name`. The value stays of its kind, and quoted where it was.
///
/// # Errors
/// Where the document is no YAML, has no such value, or where `value` cannot stand there alone.
pub fn edited(yaml: &str, path: &str, value: &str) -> Result<String, DocumentError> {
    let document = DocumentMap::parse(FILE, yaml)?;
    let error = |problem: &str, remedy: &str| document.error(path, problem, remedy);
    let node = document
        .find(path)
        .ok_or_else(|| error("there is no such value", "name one that the document has"))?;
    let written = place(node, yaml).ok_or_else(|| {
        error(
            "only a text on a line of its own, a number or a truth value can be replaced",
            "edit the document by hand",
        )
    })?;
    let old = &yaml[written.clone()];
    let mut versions = spellings(old, value).into_iter().map(|spelling| {
        let (before, after) = (&yaml[..written.start], &yaml[written.end..]);
        format!("{before}{spelling}{after}")
    });
    versions
        .find(|new| says(new, path, value, &document, node))
        .ok_or_else(|| {
            error(
                &format!("`{value}` cannot stand here without changing something else"),
                &format!(
                    "write {}, and no value that other places refer to",
                    node.kind()
                ),
            )
        })
}

/// Where a scalar is written, quotes and all.
fn place(node: &Node, yaml: &str) -> Option<std::ops::Range<usize>> {
    let scalar = matches!(
        node.value,
        NodeValue::Text(_) | NodeValue::Number(_) | NodeValue::Bool(_)
    );
    let span = node.location.span();
    let start = usize::try_from(span.byte_offset()?).ok()?;
    let end = start + usize::try_from(span.byte_len()?).ok()?;
    let text = yaml.get(start..end)?;
    let text = text.trim_end();
    let plain = !text.is_empty() && !text.starts_with(['|', '>', '*', '&', '!']);
    (scalar && plain && !text.contains(['\n', '\r'])).then(|| start..start + text.len())
}

/// The ways to write `value` where `old` is written now, the likest first.
fn spellings(old: &str, value: &str) -> Vec<String> {
    let double = Value::from(value).to_string();
    match old.chars().next() {
        Some('"') => vec![double],
        Some('\'') => vec![format!("'{}'", value.replace('\'', "''")), double],
        _ => vec![value.to_owned(), double],
    }
}

/// Whether `yaml` says `value` at `path`, and everywhere else what `before` says.
fn says(yaml: &str, path: &str, value: &str, before: &DocumentMap, node: &Node) -> bool {
    let Ok(after) = DocumentMap::parse(FILE, yaml) else {
        return false;
    };
    let changed = after
        .find(path)
        .is_some_and(|new| match (&node.value, &new.value) {
            (NodeValue::Text(_), NodeValue::Text(text)) => text == value,
            (NodeValue::Number(_), NodeValue::Number(_)) => true,
            (NodeValue::Bool(_), NodeValue::Bool(_)) => true,
            _ => false,
        });
    changed && same_but(&after, before, path)
}

/// Whether two documents differ at most in the value that `path` names.
fn same_but(one: &DocumentMap, other: &DocumentMap, path: &str) -> bool {
    let without = |document: &DocumentMap| document.root().to_json_without(document.find(path));
    without(one) == without(other)
}

#[cfg(test)]
mod tests;
