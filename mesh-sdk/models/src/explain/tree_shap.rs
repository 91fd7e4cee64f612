//! SHAP values of one tree, exact and in polynomial time: Lundberg, Erion and Lee, "Consistent Individualized Feature Attribution for
//! Tree Ensembles" (2018), algorithm 2. What a missing feature would have said is the mean over the training rows that came by.

use crate::exec::forest::{Forest, Tree};

/// The deepest tree that is explained: the work grows with the square of the depth.
const MAX_DEPTH: usize = 256;

/// A feature on the way to a node.
#[derive(Debug, Clone, Copy)]
struct Step {
    /// The column that is asked about; of the first step, none.
    column: usize,
    /// The part of the training rows that go on, where the feature is not known.
    unknown: f64,
    /// 1 where the row itself goes on, else 0.
    known: f64,
    /// Of the sets of known features, by size, the weight of those that lead here.
    weight: f64,
}

/// The path to a node, each column on it once.
#[derive(Debug, Clone)]
struct Path(Vec<Step>);

impl Path {
    fn extend(&mut self, column: usize, unknown: f64, known: f64) {
        let length = self.0.len();
        let weight = if length == 0 { 1.0 } else { 0.0 };
        self.0.push(Step {
            column,
            unknown,
            known,
            weight,
        });
        let all = length as f64 + 1.0;
        for i in (0..length).rev() {
            let weight = self.0[i].weight;
            self.0[i + 1].weight += known * weight * (i as f64 + 1.0) / all;
            self.0[i].weight = unknown * weight * (length - i) as f64 / all;
        }
    }

    /// Takes the step at `at` out again.
    fn unwind(&mut self, at: usize) {
        let last = self.0.len() - 1;
        let all = last as f64 + 1.0;
        let Step { unknown, known, .. } = self.0[at];
        let mut next = self.0[last].weight;
        for i in (0..last).rev() {
            let weight = self.0[i].weight;
            if known == 0.0 {
                self.0[i].weight = weight * all / (unknown * (last - i) as f64);
            } else {
                self.0[i].weight = next * all / ((i as f64 + 1.0) * known);
                next = weight - self.0[i].weight * unknown * (last - i) as f64 / all;
            }
        }
        for i in at..last {
            let weight = self.0[i].weight;
            self.0[i] = Step {
                weight,
                ..self.0[i + 1]
            };
        }
        self.0.pop();
    }

    /// The sum of the weights there would be without the step at `at`.
    fn without(&self, at: usize) -> f64 {
        let last = self.0.len() - 1;
        let all = last as f64 + 1.0;
        let Step { unknown, known, .. } = self.0[at];
        let mut next = self.0[last].weight;
        let mut sum = 0.0;
        for i in (0..last).rev() {
            if known == 0.0 {
                sum += self.0[i].weight * all / (unknown * (last - i) as f64);
            } else {
                let weight = next * all / ((i as f64 + 1.0) * known);
                sum += weight;
                next = self.0[i].weight - weight * unknown * (last - i) as f64 / all;
            }
        }
        sum
    }
}

/// The attribution of one row's answer.
pub(crate) struct TreeShap<'a> {
    forest: &'a Forest,
    /// The row as the trees see it, every column twice; see [`Forest`].
    row: &'a [f32],
    /// By output, what would be said of no row in particular.
    pub(crate) base: Vec<f64>,
    /// By output and column of the forest's input.
    pub(crate) contributions: Vec<Vec<f64>>,
}

impl<'a> TreeShap<'a> {
    /// Explains all trees, or nothing where the file does not say how many training rows came by each node, or a tree is too deep.
    pub(crate) fn explain(forest: &'a Forest, row: &'a [f32]) -> Option<Self> {
        let outputs = forest.base.len();
        let mut shap = Self {
            forest,
            row,
            base: forest.base.iter().copied().map(f64::from).collect(),
            contributions: vec![vec![0.0; forest.from.len()]; outputs],
        };
        for tree in &forest.trees {
            let root = tree.root as usize;
            let share = 1.0 / f64::from(*forest.covers.get(root)?);
            shap.node(tree, root, Path(Vec::new()), (usize::MAX, 1.0, 1.0))?;
            shap.expect(tree, root, share, 0)?;
        }
        Some(shap)
    }

    fn node(
        &mut self,
        tree: &Tree,
        at: usize,
        mut path: Path,
        (column, unknown, known): (usize, f64, f64),
    ) -> Option<()> {
        path.extend(column, unknown, known);
        let node = self.forest.nodes[at];
        let [yes, no] = node.next.map(|next| next as usize);
        if yes == at {
            self.leaf(tree, at, &path);
            return Some(());
        }
        let cover = |node: usize| f64::from(self.forest.covers[node]);
        let (of_yes, of_no, of_all) = (cover(yes), cover(no), cover(at));
        let adds_up = (of_yes + of_no - of_all).abs() <= 1e-3 * of_all;
        if !adds_up || of_yes <= 0.0 || of_no <= 0.0 || path.0.len() > MAX_DEPTH {
            return None;
        }
        let column = node.feature as usize / 2;
        let (mut unknown, mut known) = (1.0, 1.0);
        if let Some(before) = path.0.iter().position(|step| step.column == column) {
            (unknown, known) = (path.0[before].unknown, path.0[before].known);
            path.unwind(before);
        }
        let goes_yes = self.row[node.feature as usize] <= node.threshold;
        for (next, cover, goes) in [(yes, of_yes, goes_yes), (no, of_no, !goes_yes)] {
            let known = if goes { known } else { 0.0 };
            let step = (column, unknown * cover / of_all, known);
            self.node(tree, next, path.clone(), step)?;
        }
        Some(())
    }

    fn leaf(&mut self, tree: &Tree, at: usize, path: &Path) {
        let values = self.forest.leaf(tree, at);
        for (i, step) in path.0.iter().enumerate().skip(1) {
            let share = path.without(i) * (step.known - step.unknown);
            for (output, value) in values.iter().enumerate() {
                let value = f64::from(*value * self.forest.factor);
                self.contributions[tree.output + output][step.column] += share * value;
            }
        }
    }

    /// Adds what a tree says on average; `share` is one part of the rows at its root.
    fn expect(&mut self, tree: &Tree, at: usize, share: f64, depth: usize) -> Option<()> {
        let [yes, no] = self.forest.nodes[at].next.map(|next| next as usize);
        if yes == at {
            let rows = f64::from(self.forest.covers[at]) * share;
            for (output, value) in self.forest.leaf(tree, at).iter().enumerate() {
                self.base[tree.output + output] += rows * f64::from(*value * self.forest.factor);
            }
            return Some(());
        }
        if depth > MAX_DEPTH {
            return None;
        }
        self.expect(tree, yes, share, depth + 1)?;
        self.expect(tree, no, share, depth + 1)
    }
}

#[cfg(test)]
mod tests;
