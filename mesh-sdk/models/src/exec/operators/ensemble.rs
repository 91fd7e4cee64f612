//! An ensemble of trees as a file has it: arrays of what each node and each leaf is, checked to be trees.

use std::collections::HashMap;

use crate::ModelError;
use crate::exec::attributes::{Attributes, invalid};
use crate::onnx::proto::NodeProto;

/// Trees as the file has them.
pub(crate) struct Ensemble {
    /// The position of each node by its tree and its number.
    pub(crate) positions: HashMap<(i64, i64), usize>,
    /// The root of each tree, in the order of the file.
    pub(crate) roots: Vec<usize>,
    pub(crate) nodes: Vec<Raw>,
    pub(crate) leaves: Vec<Leaf>,
    pub(crate) base: Vec<f32>,
    pub(crate) hit_rates: bool,
}

pub(crate) struct Raw {
    pub(crate) tree: i64,
    pub(crate) mode: Mode,
    pub(crate) column: usize,
    pub(crate) threshold: f32,
    pub(crate) cover: f32,
    pub(crate) yes: i64,
    pub(crate) no: i64,
    pub(crate) missing_goes_yes: bool,
}

pub(crate) struct Leaf {
    pub(crate) node: usize,
    pub(crate) output: usize,
    pub(crate) weight: f32,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Mode {
    Leaf,
    AtMost,
    Below,
    AtLeast,
    Above,
    Equal,
    NotEqual,
}

impl Ensemble {
    /// `leaves` is how the attributes of leaves begin.
    pub(crate) fn read(
        node: &NodeProto,
        attributes: &Attributes,
        leaves: &str,
    ) -> Result<Self, ModelError> {
        let trees = attributes.ints("nodes_treeids")?;
        let of_nodes = |name: &str| -> Result<&[i64], ModelError> {
            let ints = attributes.ints(name)?;
            same(node, name, ints.len(), trees.len()).map(|()| ints)
        };
        let numbers = of_nodes("nodes_nodeids")?;
        let columns = of_nodes("nodes_featureids")?;
        let (yes, no) = (
            of_nodes("nodes_truenodeids")?,
            of_nodes("nodes_falsenodeids")?,
        );
        let thresholds = attributes.thresholds("nodes_values")?;
        same(node, "nodes_values", thresholds.len(), trees.len())?;
        let modes = attributes.strings("nodes_modes")?;
        same(node, "nodes_modes", modes.len(), trees.len())?;
        let missing = "nodes_missing_value_tracks_true";
        let missing = match attributes.has(missing) {
            true => of_nodes(missing)?,
            false => &[],
        };
        let hit_rates = attributes.has("nodes_hitrates");
        let covers = match hit_rates {
            true => attributes.floats("nodes_hitrates")?,
            false => &[],
        };
        let mut ensemble = Self {
            positions: HashMap::new(),
            roots: Vec::new(),
            nodes: Vec::new(),
            leaves: Vec::new(),
            base: match attributes.has("base_values") {
                true => attributes.floats("base_values")?.to_vec(),
                false => Vec::new(),
            },
            hit_rates: hit_rates && covers.len() == trees.len(),
        };
        for (i, &tree) in trees.iter().enumerate() {
            if ensemble.positions.insert((tree, numbers[i]), i).is_some() {
                return Err(invalid(node, "a tree has two nodes of one number"));
            }
            let column = usize::try_from(columns[i]);
            ensemble.nodes.push(Raw {
                tree,
                mode: Mode::read(node, &modes[i])?,
                column: column.map_err(|_| invalid(node, "a node looks at a negative column"))?,
                threshold: thresholds[i],
                cover: covers.get(i).copied().unwrap_or_default(),
                yes: yes[i],
                no: no[i],
                missing_goes_yes: missing.get(i).is_some_and(|&goes| goes != 0),
            });
        }
        ensemble.read_leaves(node, attributes, leaves)?;
        ensemble.find_roots(node)?;
        Ok(ensemble)
    }

    fn read_leaves(
        &mut self,
        node: &NodeProto,
        attributes: &Attributes,
        leaves: &str,
    ) -> Result<(), ModelError> {
        let named = |part: &str| format!("{leaves}_{part}");
        let weights = attributes.floats(&named("weights"))?;
        let ints = |part: &str| {
            let ints = attributes.ints(&named(part))?;
            same(node, &named(part), ints.len(), weights.len()).map(|()| ints)
        };
        let (trees, nodes, outputs) = (ints("treeids")?, ints("nodeids")?, ints("ids")?);
        for (i, &weight) in weights.iter().enumerate() {
            let leaf = self.positions.get(&(trees[i], nodes[i])).copied();
            let leaf = leaf.filter(|&leaf| self.nodes[leaf].mode == Mode::Leaf);
            let (Some(leaf), Ok(output)) = (leaf, usize::try_from(outputs[i])) else {
                return Err(invalid(node, "a weight is of no leaf, or for no output"));
            };
            self.leaves.push(Leaf {
                node: leaf,
                output,
                weight,
            });
        }
        Ok(())
    }

    /// A root is a node that no other goes on to; a tree must have one.
    fn find_roots(&mut self, node: &NodeProto) -> Result<(), ModelError> {
        let mut root = vec![true; self.nodes.len()];
        for at in self.nodes.iter().filter(|at| at.mode != Mode::Leaf) {
            for next in [at.yes, at.no] {
                let next = self.positions.get(&(at.tree, next));
                let next = next.ok_or_else(|| invalid(node, "a node goes on to none"))?;
                // Two ways to a node, or a way back, would make it something other than a tree.
                if !std::mem::take(&mut root[*next]) {
                    return Err(invalid(node, "two nodes go on to the same one"));
                }
            }
        }
        self.roots = (0..root.len()).filter(|&i| root[i]).collect();
        let mut seen: Vec<i64> = self.roots.iter().map(|&i| self.nodes[i].tree).collect();
        seen.sort_unstable();
        let all = seen.len();
        seen.dedup();
        if all == 0 || seen.len() != all {
            return Err(invalid(node, "a tree must have exactly one root"));
        }
        Ok(())
    }

    /// The number of outputs, once all leaves keep to it.
    pub(crate) fn within(&self, node: &NodeProto, outputs: i64) -> Result<usize, ModelError> {
        match usize::try_from(outputs) {
            Ok(outputs) if outputs > 0 && self.leaves.iter().all(|leaf| leaf.output < outputs) => {
                Ok(outputs)
            }
            _ => Err(invalid(node, "a weight is for an output that is not there")),
        }
    }
}

impl Mode {
    fn read(node: &NodeProto, mode: &[u8]) -> Result<Self, ModelError> {
        Ok(match mode {
            b"LEAF" => Self::Leaf,
            b"BRANCH_LEQ" => Self::AtMost,
            b"BRANCH_LT" => Self::Below,
            b"BRANCH_GTE" => Self::AtLeast,
            b"BRANCH_GT" => Self::Above,
            b"BRANCH_EQ" => Self::Equal,
            b"BRANCH_NEQ" => Self::NotEqual,
            _ => return Err(invalid(node, "a mode of a node is not supported")),
        })
    }
}

fn same(node: &NodeProto, name: &str, given: usize, wanted: usize) -> Result<(), ModelError> {
    if given == wanted {
        return Ok(());
    }
    let reason = format!("attribute `{name}` has {given} values where others have {wanted}");
    Err(invalid(node, reason))
}
