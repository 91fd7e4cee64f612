//! What the rows of a node add up to, range by range.

use crate::train::trees::bins::Column;

/// Below so many rows sorting them is quicker than clearing all ranges.
const FEW: usize = 96;

/// The sums of one column's ranges: those that have rows, ascending.
pub(crate) struct Histogram {
    /// Numbers per range: how many rows, their weight, and the outputs.
    width: usize,
    dense: Vec<f64>,
    order: Vec<(u8, u32)>,
    pub(crate) bins: Vec<u8>,
    /// `width` numbers for each of `bins`.
    pub(crate) sums: Vec<f64>,
}

/// What each row counts for.
pub(crate) struct Weighed<'a> {
    pub(crate) outputs: usize,
    /// Weighted targets, rows x outputs.
    pub(crate) targets: &'a [f64],
    pub(crate) weights: &'a [f64],
}

impl Histogram {
    pub(crate) fn new(outputs: usize) -> Self {
        let width = outputs + 2;
        Self {
            width,
            dense: vec![0.0; 256 * width],
            order: Vec::new(),
            bins: Vec::new(),
            sums: Vec::new(),
        }
    }

    pub(crate) fn fill(&mut self, column: &Column, rows: &[u32], weighed: &Weighed) {
        self.bins.clear();
        self.sums.clear();
        if rows.len() < FEW {
            self.fill_sorted(column, rows, weighed);
        } else {
            self.fill_dense(column, rows, weighed);
        }
    }

    fn fill_sorted(&mut self, column: &Column, rows: &[u32], weighed: &Weighed) {
        self.order.clear();
        let keyed = rows.iter().map(|&row| (column.bins[row as usize], row));
        self.order.extend(keyed);
        self.order.sort_unstable();
        for &(bin, row) in &self.order {
            if self.bins.last() != Some(&bin) {
                self.bins.push(bin);
                self.sums.resize(self.sums.len() + self.width, 0.0);
            }
            let first = self.sums.len() - self.width;
            add(&mut self.sums[first..], row as usize, weighed);
        }
    }

    fn fill_dense(&mut self, column: &Column, rows: &[u32], weighed: &Weighed) {
        let ranges = column.thresholds.len() + 1;
        self.dense[..ranges * self.width].fill(0.0);
        for &row in rows {
            let first = usize::from(column.bins[row as usize]) * self.width;
            add(
                &mut self.dense[first..first + self.width],
                row as usize,
                weighed,
            );
        }
        for (bin, sums) in self.dense.chunks_exact(self.width).take(ranges).enumerate() {
            if sums[0] > 0.0 {
                self.bins.push(bin as u8);
                self.sums.extend_from_slice(sums);
            }
        }
    }
}

#[inline]
fn add(sums: &mut [f64], row: usize, weighed: &Weighed) {
    sums[0] += 1.0;
    sums[1] += weighed.weights[row];
    let targets = &weighed.targets[row * weighed.outputs..(row + 1) * weighed.outputs];
    for (sum, target) in sums[2..].iter_mut().zip(targets) {
        *sum += target;
    }
}
