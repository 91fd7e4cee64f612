//! Where the nodes of trees come to lie.

use std::collections::HashMap;

use crate::exec::forest::{Forest, Node, Tree};
use crate::exec::operators::ensemble::{Ensemble, Mode, Raw};

/// Where a node goes on: which node it is, and on which side.
type Link = (usize, usize);

/// Puts the nodes of each tree one behind another, what follows a yes right behind it.
pub(crate) struct Layout<'a> {
    ensemble: &'a Ensemble,
    /// The weights of each node.
    weights: Vec<Vec<(usize, f32)>>,
    /// The lowest output that a tree's leaves name, and the one above the highest.
    outputs: HashMap<i64, (usize, usize)>,
}

impl<'a> Layout<'a> {
    pub(crate) fn new(ensemble: &'a Ensemble) -> Self {
        let mut weights = vec![Vec::new(); ensemble.nodes.len()];
        let mut outputs = HashMap::new();
        for leaf in &ensemble.leaves {
            weights[leaf.node].push((leaf.output, leaf.weight));
            let named = outputs
                .entry(ensemble.nodes[leaf.node].tree)
                .or_insert((leaf.output, leaf.output + 1));
            *named = (named.0.min(leaf.output), named.1.max(leaf.output + 1));
        }
        Self {
            ensemble,
            weights,
            outputs,
        }
    }

    /// Says how many nodes it came to from the roots: fewer than there are if some go round in a circle.
    pub(crate) fn lay(&self, forest: &mut Forest) -> usize {
        let mut laid = 0;
        for &root in &self.ensemble.roots {
            let number = self.ensemble.nodes[root].tree;
            let (low, high) = self.outputs.get(&number).copied().unwrap_or_default();
            let tree = Tree {
                root: forest.nodes.len() as u32,
                output: low,
                outputs: high - low,
            };
            forest.trees.push(tree);
            let mut open: Vec<(usize, Vec<Link>)> = vec![(root, Vec::new())];
            while let Some((at, links)) = open.pop() {
                laid += 1;
                let own = forest.nodes.len();
                for (from, side) in links {
                    forest.nodes[from].next[side] = own as u32;
                }
                let raw = &self.ensemble.nodes[at];
                if raw.mode == Mode::Leaf {
                    self.leaf(at, tree, forest);
                } else {
                    let [yes, no] = branch(raw, forest);
                    let position = |id| self.ensemble.positions[&(raw.tree, id)];
                    open.push((position(raw.no), no));
                    open.push((position(raw.yes), yes));
                }
                if self.ensemble.hit_rates {
                    forest.covers.resize(forest.nodes.len(), raw.cover);
                }
            }
        }
        laid
    }

    fn leaf(&self, at: usize, tree: Tree, forest: &mut Forest) {
        let first = forest.leaves.len();
        forest.leaves.resize(first + tree.outputs, 0.0);
        for &(output, weight) in &self.weights[at] {
            forest.leaves[first + output - tree.output] += weight;
        }
        let own = forest.nodes.len() as u32;
        forest.nodes.push(Node {
            threshold: f32::from_bits(first as u32),
            feature: 0,
            next: [own, own],
        });
    }
}

/// Adds a node in the one comparison that [`Forest`] has, and gives the links of its yes and its no. Below a number is at most the
/// one before it; what negates the comparison turns missing values around; equal is at most and then not below.
fn branch(raw: &Raw, forest: &mut Forest) -> [Vec<Link>; 2] {
    let own = forest.nodes.len();
    let mut push = |threshold: f32, missing_at_most: bool| {
        forest.nodes.push(Node {
            threshold,
            feature: (2 * raw.column + usize::from(missing_at_most)) as u32,
            next: [own as u32 + 1; 2],
        });
    };
    let (threshold, missing) = (raw.threshold, raw.missing_goes_yes);
    let (yes, no) = (vec![(own, 0)], vec![(own, 1)]);
    match raw.mode {
        Mode::Leaf | Mode::AtMost => {
            push(threshold, missing);
            [yes, no]
        }
        Mode::Below => {
            push(threshold.next_down(), missing);
            [yes, no]
        }
        Mode::Above => {
            push(threshold, !missing);
            [no, yes]
        }
        Mode::AtLeast => {
            push(threshold.next_down(), !missing);
            [no, yes]
        }
        Mode::Equal => {
            push(threshold, missing);
            push(threshold.next_down(), false);
            [vec![(own + 1, 1)], vec![(own, 1), (own + 1, 0)]]
        }
        // What is missing is not equal to anything.
        Mode::NotEqual => {
            push(threshold, false);
            push(threshold.next_down(), false);
            [vec![(own, 1), (own + 1, 0)], vec![(own + 1, 1)]]
        }
    }
}
