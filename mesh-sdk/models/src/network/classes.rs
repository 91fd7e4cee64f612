//! Which classes a label is one of.

use crate::exec::constants::constant;
use crate::exec::values::Value;
use crate::onnx::proto::{GraphProto, NodeProto};

/// The classes that the output of this name is one of, as the nodes before it say: a constant that it is picked from, or an attribute.
pub(super) fn classes(graph: &GraphProto, label: &str) -> Option<Vec<i64>> {
    let mut name = label;
    // Each step goes back to an earlier node; a circle ends with the nodes.
    for _ in 0..=graph.node.len() {
        let made = |node: &&NodeProto| node.output.iter().any(|output| output == name);
        let node = graph.node.iter().find(made)?;
        let named = |attribute: &&str| {
            let of = node.attribute.iter().find(|of| of.name == **attribute)?;
            Some(of.ints.clone()).filter(|classes| !classes.is_empty())
        };
        let attributes = ["classlabels_int64s", "classlabels_ints"];
        if let Some(classes) = attributes.iter().find_map(named) {
            return Some(classes);
        }
        name = match node.op_type.as_str() {
            "Cast" | "Flatten" | "Identity" | "Reshape" | "Squeeze" | "Unsqueeze" => {
                node.input.first()?
            }
            "ArrayFeatureExtractor" | "Gather" => {
                let given = graph
                    .initializer
                    .iter()
                    .find(|tensor| Some(&tensor.name) == node.input.first())?;
                return match constant(given).ok()? {
                    Value::Integers(integers) => Some(integers.values.clone()),
                    _ => None,
                };
            }
            _ => return None,
        };
    }
    None
}
