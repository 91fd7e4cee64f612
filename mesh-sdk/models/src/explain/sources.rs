//! Which feature each column of the scratch comes from.

use crate::exec::operators::elementwise::Operand;
use crate::exec::steps::Step;

/// By column: the one feature that it depends on, or nothing where they are several.
pub(crate) fn sources(steps: &[Step], features: usize, columns: usize) -> Vec<Option<usize>> {
    let mut sources: Vec<Option<usize>> =
        (0..columns).map(|i| (i < features).then_some(i)).collect();
    for step in steps {
        match step {
            Step::Impute { from, to, .. }
            | Step::Scale { from, to, .. }
            | Step::Truncate { from, to }
            | Step::Lookup { from, to, .. }
            | Step::Each { from, to, .. } => sources[*to] = sources[*from],
            Step::OneHot {
                from,
                to,
                categories,
            } => {
                let source = sources[*from];
                sources[*to..to + categories.len()].fill(source);
            }
            Step::Pairs { a, b, to, .. } => {
                sources[*to] = match (a, b) {
                    (Operand::Column(a), Operand::Column(b)) if sources[*a] == sources[*b] => {
                        sources[*a]
                    }
                    (Operand::Column(a), Operand::Constant(_))
                    | (Operand::Constant(_), Operand::Column(a)) => sources[*a],
                    _ => None,
                }
            }
            Step::Take {
                from, to, width, ..
            } => {
                let source = sources[*from];
                sources[*to..to + width].fill(source);
            }
            Step::Reduce { from, to, .. } => {
                let same = from
                    .windows(2)
                    .all(|pair| sources[pair[0]] == sources[pair[1]]);
                sources[*to] = if same { sources[from[0]] } else { None };
            }
            Step::Normalize { .. }
            | Step::TopK(_)
            | Step::Softmax { .. }
            | Step::Linear(_)
            | Step::Forest(_)
            | Step::Kernels(_)
            | Step::Machines(_) => {}
        }
    }
    sources
}
