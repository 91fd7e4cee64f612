//! A grown tree.

/// A binary tree; its root is the first node.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    pub(crate) nodes: Vec<Node>,
    /// What leaves say, one after another, as many numbers each as the tree has outputs.
    pub(crate) leaves: Vec<f32>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    /// The rows that came by when the tree was grown.
    pub(crate) cover: f32,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// Goes to `yes` where the column's value is at most the threshold, else to `no`.
    Split {
        column: usize,
        threshold: f32,
        yes: usize,
        no: usize,
    },
    /// The position of the leaf's first number.
    Leaf(usize),
}

impl Tree {
    /// The position of the first number of the leaf that a row comes to.
    pub(crate) fn leaf(&self, value: impl Fn(usize) -> f32) -> usize {
        let mut at = 0;
        loop {
            match self.nodes[at].kind {
                Kind::Leaf(first) => return first,
                Kind::Split {
                    column,
                    threshold,
                    yes,
                    no,
                } => at = if value(column) <= threshold { yes } else { no },
            }
        }
    }
}
