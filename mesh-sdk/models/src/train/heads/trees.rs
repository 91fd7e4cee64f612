//! Sums of trees.
//!
//! What leaves say is rounded to multiples of a power of two so coarse that no sum of them needs more than the 24 bits of an `f32`: all
//! sums are exact, and every runtime comes to the same bits, in whatever order it adds.

use crate::onnx::graph::{Graph, floats, int, ints, string, strings};
use crate::train::heads::linear::Linear;
use crate::train::heads::link::Link;
use crate::train::trees::tree::{Kind, Tree};

/// Every multiple of a power of two up to so many fits an `f32`.
pub(crate) const UNITS: u32 = 1 << 24;

#[derive(Debug, Clone)]
pub(crate) struct Trees {
    pub(crate) trees: Vec<Grown>,
    /// How many numbers the trees add up to.
    pub(crate) outputs: usize,
    pub(crate) link: Link,
}

/// A tree and the first output that it adds to.
#[derive(Debug, Clone)]
pub(crate) struct Grown {
    pub(crate) output: usize,
    /// How many outputs its leaves have.
    pub(crate) outputs: usize,
    pub(crate) tree: Tree,
}

impl Trees {
    /// Rounds leaves as the module says, after `base` has become a part of the first tree of each output.
    pub(crate) fn exact(mut self, base: &[f64]) -> Self {
        let largest = |tree: &Tree| {
            tree.leaves
                .iter()
                .fold(0.0f64, |a, &b| a.max(f64::from(b.abs())))
        };
        let leaves: f64 = self.trees.iter().map(|grown| largest(&grown.tree)).sum();
        let bases: f64 = base.iter().map(|base| base.abs()).sum();
        // Half as much room again, as rounding up may add to the bound.
        let bound = ((leaves + bases) * 1.5).max(f64::from(f32::MIN_POSITIVE));
        let unit = bound.log2().ceil().exp2() / f64::from(UNITS);
        let round = |value: f64| (value / unit).round() * unit;
        let mut base = base.to_vec();
        for grown in &mut self.trees {
            let base = std::mem::take(&mut base[grown.output]);
            for leaf in &mut grown.tree.leaves {
                *leaf = (round(f64::from(*leaf)) + round(base)) as f32;
            }
        }
        self
    }

    pub(crate) fn scores(&self, encoded: &[f64]) -> Vec<f64> {
        let mut raw = vec![0.0; self.outputs];
        for grown in &self.trees {
            let leaf = grown.tree.leaf(|column| encoded[column] as f32);
            let values = &grown.tree.leaves[leaf..leaf + grown.outputs];
            for (sum, value) in raw[grown.output..].iter_mut().zip(values) {
                *sum += f64::from(*value);
            }
        }
        self.link.answers(raw)
    }

    /// The label and the probabilities of these classes. Not with ONNX's own classifier of trees: what that one makes of two
    /// classes depends on which leaves are named and on their signs, and runtimes differ.
    pub(crate) fn export_classifier(&self, graph: &mut Graph, input: String, classes: &[i64]) {
        let raw = self.export(graph, "raw", input);
        let mut weights = vec![0.0; self.outputs * self.outputs];
        weights
            .iter_mut()
            .step_by(self.outputs + 1)
            .for_each(|weight| *weight = 1.0);
        let linear = Linear {
            weights,
            intercepts: vec![0.0; self.outputs],
            link: self.link,
        };
        linear.export_classifier(graph, raw, classes);
    }

    /// The quantity.
    pub(crate) fn export_regressor(&self, graph: &mut Graph, input: String) {
        self.export(graph, "value", input);
    }

    fn export(&self, graph: &mut Graph, output: &str, input: String) -> String {
        let mut flat = Flat::default();
        for (tree, grown) in self.trees.iter().enumerate() {
            flat.tree(tree as i64, grown);
        }
        let name = graph.ml("TreeEnsembleRegressor", output, vec![input]);
        graph.attribute(int("n_targets", self.outputs as i64));
        graph.attribute(string("aggregate_function", "SUM"));
        graph.attribute(string("post_transform", "NONE"));
        graph.attribute(ints("nodes_treeids", flat.trees));
        graph.attribute(ints("nodes_nodeids", flat.nodes));
        graph.attribute(ints("nodes_featureids", flat.columns));
        graph.attribute(strings("nodes_modes", &flat.modes));
        graph.attribute(floats("nodes_values", flat.thresholds));
        graph.attribute(floats("nodes_hitrates", flat.covers));
        graph.attribute(ints("nodes_truenodeids", flat.yes));
        graph.attribute(ints("nodes_falsenodeids", flat.no));
        graph.attribute(ints("target_treeids", flat.leaf_trees));
        graph.attribute(ints("target_nodeids", flat.leaf_nodes));
        graph.attribute(ints("target_ids", flat.leaf_outputs));
        graph.attribute(floats("target_weights", flat.leaf_values));
        name
    }
}

/// Trees as ONNX has them: an array per property of a node, over all trees.
#[derive(Default)]
struct Flat {
    trees: Vec<i64>,
    nodes: Vec<i64>,
    columns: Vec<i64>,
    modes: Vec<&'static str>,
    thresholds: Vec<f32>,
    covers: Vec<f32>,
    yes: Vec<i64>,
    no: Vec<i64>,
    leaf_trees: Vec<i64>,
    leaf_nodes: Vec<i64>,
    leaf_outputs: Vec<i64>,
    leaf_values: Vec<f32>,
}

impl Flat {
    fn tree(&mut self, number: i64, grown: &Grown) {
        for (node, at) in grown.tree.nodes.iter().enumerate() {
            let (mode, column, threshold, yes, no) = match at.kind {
                Kind::Split {
                    column,
                    threshold,
                    yes,
                    no,
                } => ("BRANCH_LEQ", column, threshold, yes, no),
                Kind::Leaf(first) => {
                    self.leaf(number, node as i64, first, grown);
                    ("LEAF", 0, 0.0, 0, 0)
                }
            };
            self.trees.push(number);
            self.nodes.push(node as i64);
            self.columns.push(column as i64);
            self.modes.push(mode);
            self.thresholds.push(threshold);
            self.covers.push(at.cover);
            self.yes.push(yes as i64);
            self.no.push(no as i64);
        }
    }

    fn leaf(&mut self, tree: i64, node: i64, first: usize, grown: &Grown) {
        let values = &grown.tree.leaves[first..first + grown.outputs];
        for (i, value) in values.iter().enumerate() {
            self.leaf_trees.push(tree);
            self.leaf_nodes.push(node);
            self.leaf_outputs.push((grown.output + i) as i64);
            self.leaf_values.push(*value);
        }
    }
}
