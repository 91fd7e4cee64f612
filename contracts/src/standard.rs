//! What the standards let documents say: their schemas, compiled once.

use std::sync::LazyLock;

use crate::document::{DocumentError, DocumentSchema, Node, NodeValue};

static ODCS: LazyLock<DocumentSchema> =
    LazyLock::new(|| compile(include_str!("../standards/odcs-3.2.0.schema.json")));
static ODPS_1_0: LazyLock<DocumentSchema> =
    LazyLock::new(|| compile(include_str!("../standards/odps-1.0.0.schema.json")));
static ODPS_1_1: LazyLock<DocumentSchema> =
    LazyLock::new(|| compile(include_str!("../standards/odps-1.1.0.schema.json")));

fn compile(schema: &str) -> DocumentSchema {
    let schema = serde_json::from_str(schema).expect("the schemas of this crate are JSON");
    DocumentSchema::compile(&schema).expect("a test of this crate compiles its schemas")
}

/// What the Open Data Contract Standard does not let a document say.
pub(crate) fn contract_mistakes(file: &str, document: &Node) -> Vec<DocumentError> {
    ODCS.check_node(file, document)
}

/// What the Open Data Product Standard, in the version that the document names, does not let it say.
pub(crate) fn product_mistakes(file: &str, document: &Node) -> Vec<DocumentError> {
    let version = document.field("apiVersion");
    let old = matches!(version, Some(NodeValue::Text(version)) if ["v1.0.0", "v0.9.0"].contains(&version.as_str()));
    if !old {
        return ODPS_1_1.check_node(file, document);
    }
    let mistakes = ODPS_1_0.check_node(file, document);
    match !mistakes.is_empty() && ODPS_1_1.check_node(file, document).is_empty() {
        true => {
            let newer =
                |mistake: DocumentError| mistake.or_rather("write `apiVersion: v1.1.0` at the top");
            mistakes.into_iter().map(newer).collect()
        }
        false => mistakes,
    }
}
