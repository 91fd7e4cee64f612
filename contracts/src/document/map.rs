use super::DocumentError;
use super::node::{Node, NodeValue};

/// A document by its paths: for those who read it into types of their own and then find that values do not go
/// together.
pub struct DocumentMap {
    file: String,
    root: Node,
}

impl DocumentMap {
    /// Reads any YAML document, within the same limits as
    /// [`parse_document`](super::parse_document); `file` only names it in errors.
    ///
    /// # Errors
    /// The first place where the text is no YAML.
    pub fn parse(file: &str, yaml: &str) -> Result<DocumentMap, DocumentError> {
        Ok(DocumentMap {
            file: file.to_owned(),
            root: Node::parse(file, yaml)?,
        })
    }

    /// An error at the value that `path` names, such as `datasets.cases.from.sql` or `schema[0].properties[3]`, or
    /// at the nearest value around it that is there.
    pub fn error(
        &self,
        path: &str,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> DocumentError {
        let (node, _) = descend(&self.root, path);
        DocumentError::new(&self.file, node.location, path.to_owned(), problem, remedy)
    }

    pub(super) fn root(&self) -> &Node {
        &self.root
    }

    /// The value that `path` names, if there is one.
    pub(super) fn find(&self, path: &str) -> Option<&Node> {
        let (node, rest) = descend(&self.root, path);
        rest.is_empty().then_some(node)
    }
}

/// The value where `path` ends or cannot be followed further, and what is left of the path there.
fn descend<'n, 'p>(mut node: &'n Node, mut path: &'p str) -> (&'n Node, &'p str) {
    while !path.is_empty() {
        let Some((child, rest)) = step(node, path) else {
            break;
        };
        (node, path) = (child, rest);
    }
    (node, path)
}

fn step<'n, 'p>(node: &'n Node, path: &'p str) -> Option<(&'n Node, &'p str)> {
    match &node.value {
        NodeValue::List(items) => {
            let (index, rest) = path.strip_prefix('[')?.split_once(']')?;
            let item = items.get(index.parse::<usize>().ok()?)?;
            Some((item, rest.strip_prefix('.').unwrap_or(rest)))
        }
        // A key may have a dot in it, so the longest one that fits is meant.
        NodeValue::Map(entries) => {
            let fitting = entries.iter().filter_map(|(key, value)| {
                let rest = path.strip_prefix(key.value.as_str())?;
                let ends = rest.is_empty() || rest.starts_with(['.', '[']);
                (ends && !key.value.is_empty()).then_some((value, rest))
            });
            let (value, rest) = fitting.min_by_key(|(_, rest)| rest.len())?;
            Some((value, rest.strip_prefix('.').unwrap_or(rest)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
