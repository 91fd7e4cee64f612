//! Trees, compiled so that a row goes down without a branch.
//!
//! A node has its two followers side by side and a comparison picks one; a leaf follows itself, so that rows that arrive early
//! wait there. Eight descents run at once, of eight rows or, where there are fewer, of one row through eight trees: each is a chain of loads
//! that wait for one another, and the processor fills one's waiting with the others.

/// How many descents run at once.
const LANES: usize = 8;

#[derive(Debug)]
pub(crate) struct Forest {
    /// The columns that the trees look at. In the scratch from `rows` on they lie row by row, twice each: as they are, and with
    /// negative infinity for what is missing, so that a node decides by its choice of the two where missing values go.
    pub(crate) from: Vec<usize>,
    pub(crate) rows: usize,
    pub(crate) nodes: Vec<Node>,
    pub(crate) trees: Vec<Tree>,
    /// The numbers of the leaves, as many each as its tree has outputs.
    pub(crate) leaves: Vec<f32>,
    /// How many training rows came by each node; empty where the file does not say.
    pub(crate) covers: Vec<f32>,
    /// What is added to the sum of each output.
    pub(crate) base: Vec<f32>,
    /// What sums are multiplied by: 1, or one part for each tree.
    pub(crate) factor: f32,
    /// The first of a column per output.
    pub(crate) to: usize,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    /// Of a leaf, in its bits, the position of the leaf's first number.
    pub(crate) threshold: f32,
    /// Which of the doubled columns is compared.
    pub(crate) feature: u32,
    /// Where to go on if it is at most the threshold, and where if not. A leaf goes on at itself.
    pub(crate) next: [u32; 2],
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Tree {
    pub(crate) root: u32,
    /// The first output that it adds to, and how many it does.
    pub(crate) output: usize,
    pub(crate) outputs: usize,
}

impl Forest {
    /// How many scratch columns the doubled rows take.
    pub(crate) fn row_columns(from: usize) -> usize {
        2 * from
    }

    /// The columns that the sums are written to.
    pub(crate) fn outputs(&self) -> Vec<usize> {
        (self.to..self.to + self.base.len()).collect()
    }

    /// What a leaf says to the outputs of its tree.
    pub(crate) fn leaf(&self, tree: &Tree, leaf: usize) -> &[f32] {
        let first = self.nodes[leaf].threshold.to_bits() as usize;
        &self.leaves[first..first + tree.outputs]
    }

    /// Sums the trees for the block of `n` rows in `scratch`.
    pub(crate) fn run(&self, scratch: &mut [f32], n: usize) {
        let width = 2 * self.from.len();
        let (before, written) = scratch.split_at_mut(self.rows * n);
        let (rows, outputs) = written.split_at_mut((self.to - self.rows) * n);
        let rows = &mut rows[..width * n];
        for (i, &column) in self.from.iter().enumerate() {
            let column = &before[column * n..(column + 1) * n];
            for (row, &value) in rows.chunks_exact_mut(width).zip(column) {
                row[2 * i] = value;
                row[2 * i + 1] = if value.is_nan() {
                    f32::NEG_INFINITY
                } else {
                    value
                };
            }
        }
        let outputs = &mut outputs[..self.base.len() * n];
        outputs.fill(0.0);
        if n < LANES {
            for (row, values) in rows.chunks_exact(width).enumerate() {
                self.one_row(values, row, outputs, n);
            }
        } else {
            for tree in &self.trees {
                self.one_tree(tree, rows, outputs, n);
            }
        }
        for (sums, base) in outputs.chunks_exact_mut(n).zip(&self.base) {
            for sum in sums {
                *sum = *sum * self.factor + base;
            }
        }
    }

    /// All rows through one tree.
    fn one_tree(&self, tree: &Tree, rows: &[f32], outputs: &mut [f32], n: usize) {
        let width = 2 * self.from.len();
        let mut first = 0;
        while first < n {
            // The last lanes go down again with rows that went before, rather than one by one.
            let start = first.min(n - LANES);
            let lanes: [&[f32]; LANES] =
                std::array::from_fn(|lane| &rows[(start + lane) * width..][..width]);
            let arrived = self.descend([tree.root; LANES], lanes);
            for (lane, leaf) in arrived.into_iter().enumerate().skip(first - start) {
                self.add(tree, leaf, start + lane, outputs, n);
            }
            first = start + LANES;
        }
    }

    /// One row through all trees.
    fn one_row(&self, values: &[f32], row: usize, outputs: &mut [f32], n: usize) {
        for trees in self.trees.chunks(LANES) {
            let mut roots = [trees[0].root; LANES];
            for (root, tree) in roots.iter_mut().zip(trees) {
                *root = tree.root;
            }
            let arrived = self.descend(roots, [values; LANES]);
            for (tree, leaf) in trees.iter().zip(arrived) {
                self.add(tree, leaf, row, outputs, n);
            }
        }
    }

    #[inline]
    fn descend(&self, mut at: [u32; LANES], rows: [&[f32]; LANES]) -> [u32; LANES] {
        loop {
            let mut moved = 0;
            for (at, row) in at.iter_mut().zip(rows) {
                let node = &self.nodes[*at as usize];
                let yes = row[node.feature as usize] <= node.threshold;
                let next = node.next[usize::from(!yes)];
                moved |= next ^ *at;
                *at = next;
            }
            if moved == 0 {
                return at;
            }
        }
    }

    #[inline]
    fn add(&self, tree: &Tree, leaf: u32, row: usize, outputs: &mut [f32], n: usize) {
        for (i, value) in self.leaf(tree, leaf as usize).iter().enumerate() {
            outputs[(tree.output + i) * n + row] += value;
        }
    }
}
