//! Growing a tree from the root down, always by the split that fits the targets best.
//!
//! One measure serves all: a node is worth the sum, over outputs, of (sum of targets)^2 / (sum of weights + l2), and a split gains
//! what its two sides are worth more than their parent. With classes as targets of 0 and 1 that is the Gini impurity, with quantities
//! the squared error, with gradients and curvatures Newton's step of boosting.

use crate::random::Random;
use crate::train::trees::bins::Bins;
use crate::train::trees::histogram::{Histogram, Weighed};
use crate::train::trees::tree::{Kind, Node, Tree};

/// When to stop, and what to look at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) max_depth: usize,
    /// The fewest rows of a leaf.
    pub(crate) min_leaf: usize,
    pub(crate) l2: f64,
    /// How many columns, drawn anew at each node, may be split on.
    pub(crate) columns: usize,
}

/// Grows trees on the same rows, one after another.
pub(crate) struct Grower<'a> {
    bins: &'a Bins,
    limits: Limits,
    outputs: usize,
    histogram: Histogram,
    columns: Vec<usize>,
    scratch: Vec<u32>,
}

#[derive(Clone, Copy)]
struct Split {
    gain: f64,
    column: usize,
    /// Ranges up to this one go to the left.
    bin: u8,
}

/// A node that is not grown yet: where it is, how deep, and which rows it has.
struct Open {
    node: usize,
    depth: usize,
    from: usize,
    to: usize,
}

impl<'a> Grower<'a> {
    pub(crate) fn new(bins: &'a Bins, limits: Limits, outputs: usize) -> Self {
        Self {
            bins,
            limits,
            outputs,
            histogram: Histogram::new(outputs),
            columns: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// Grows a tree on these rows; one that is named twice counts twice. Leaves say sum of targets / (sum of weights + l2).
    pub(crate) fn grow(
        &mut self,
        rows: &mut [u32],
        weighed: &Weighed,
        random: &mut Random,
    ) -> Tree {
        self.columns = (0..self.bins.columns.len()).collect();
        let mut tree = Tree::default();
        tree.nodes.push(Node::open(rows.len()));
        let mut open = vec![Open {
            node: 0,
            depth: 0,
            from: 0,
            to: rows.len(),
        }];
        while let Some(at) = open.pop() {
            let own = &mut rows[at.from..at.to];
            let totals = self.totals(own, weighed);
            let split = (at.depth < self.limits.max_depth)
                .then(|| self.best_split(own, &totals, weighed, random))
                .flatten();
            let Some(split) = split else {
                let first = tree.leaves.len();
                let weight = totals[0] + self.limits.l2;
                let values = totals[1..].iter().map(|sum| (sum / weight) as f32);
                tree.leaves.extend(values);
                tree.nodes[at.node].kind = Kind::Leaf(first);
                continue;
            };
            let left = self.partition(own, split);
            let yes = tree.nodes.len();
            tree.nodes[at.node].kind = Kind::Split {
                column: split.column,
                threshold: self.bins.columns[split.column].thresholds[usize::from(split.bin)],
                yes,
                no: yes + 1,
            };
            let (depth, middle) = (at.depth + 1, at.from + left);
            tree.nodes.push(Node::open(left));
            tree.nodes.push(Node::open(at.to - middle));
            for (node, from, to) in [(yes + 1, middle, at.to), (yes, at.from, middle)] {
                open.push(Open {
                    node,
                    depth,
                    from,
                    to,
                });
            }
        }
        tree
    }

    /// The weight of these rows, then their targets' sums.
    fn totals(&self, rows: &[u32], weighed: &Weighed) -> Vec<f64> {
        let mut totals = vec![0.0; self.outputs + 1];
        for &row in rows {
            let row = row as usize;
            totals[0] += weighed.weights[row];
            let targets = &weighed.targets[row * self.outputs..(row + 1) * self.outputs];
            for (total, target) in totals[1..].iter_mut().zip(targets) {
                *total += target;
            }
        }
        totals
    }

    /// The best split of drawn columns. Constant ones do not count as drawn, unless all are.
    fn best_split(
        &mut self,
        rows: &[u32],
        totals: &[f64],
        weighed: &Weighed,
        random: &mut Random,
    ) -> Option<Split> {
        if rows.len() < 2 * self.limits.min_leaf {
            return None;
        }
        let worth = worth(totals, self.limits.l2);
        // Rounding must not pass for a gain.
        let mut best = Split {
            gain: 1e-9 * worth.abs().max(1e-9),
            column: usize::MAX,
            bin: 0,
        };
        let all = self.columns.len();
        let mut looked_at = 0;
        for i in 0..all {
            if looked_at == self.limits.columns {
                break;
            }
            if self.limits.columns < all {
                self.columns.swap(i, i + random.below(all - i));
            }
            let column = self.columns[i];
            self.histogram
                .fill(&self.bins.columns[column], rows, weighed);
            if self.histogram.bins.len() < 2 {
                continue;
            }
            looked_at += 1;
            self.sweep(column, rows.len(), totals, worth, &mut best);
        }
        (best.column != usize::MAX).then_some(best)
    }

    /// Moves the boundary from range to range and keeps the best place, the first of equals.
    fn sweep(
        &self,
        column: usize,
        rows: usize,
        totals: &[f64],
        worth_of_all: f64,
        best: &mut Split,
    ) {
        let width = self.outputs + 2;
        let mut left = vec![0.0; width];
        let mut right = vec![0.0; width - 1];
        let Histogram { bins, sums, .. } = &self.histogram;
        for (i, sums) in sums.chunks_exact(width).take(bins.len() - 1).enumerate() {
            for (left, sum) in left.iter_mut().zip(sums) {
                *left += sum;
            }
            let on_left = left[0] as usize;
            if on_left < self.limits.min_leaf {
                continue;
            }
            if rows - on_left < self.limits.min_leaf {
                break;
            }
            for ((right, total), left) in right.iter_mut().zip(totals).zip(&left[1..]) {
                *right = total - left;
            }
            let l2 = self.limits.l2;
            let gain = worth(&left[1..], l2) + worth(&right, l2) - worth_of_all;
            if gain > best.gain {
                // Halfway between two ranges that have rows, as the values between were not seen here.
                let bin = ((u16::from(bins[i]) + u16::from(bins[i + 1]) - 1) / 2) as u8;
                *best = Split { gain, column, bin };
            }
        }
    }

    /// Brings the rows of the left side to the front, each side in its order, and says how many they are.
    fn partition(&mut self, rows: &mut [u32], split: Split) -> usize {
        let bins = &self.bins.columns[split.column].bins;
        self.scratch.clear();
        let mut left = 0;
        for i in 0..rows.len() {
            let row = rows[i];
            if bins[row as usize] <= split.bin {
                rows[left] = row;
                left += 1;
            } else {
                self.scratch.push(row);
            }
        }
        rows[left..].copy_from_slice(&self.scratch);
        left
    }
}

/// What a node is worth, of its weight and its targets' sums.
#[inline]
fn worth(totals: &[f64], l2: f64) -> f64 {
    let weight = totals[0] + l2;
    if weight <= 0.0 {
        return 0.0;
    }
    totals[1..].iter().map(|sum| sum * sum).sum::<f64>() / weight
}

impl Node {
    fn open(rows: usize) -> Self {
        Self {
            kind: Kind::Leaf(0),
            cover: rows as f32,
        }
    }
}

#[cfg(test)]
mod tests;
