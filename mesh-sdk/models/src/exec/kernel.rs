//! How alike rows are, as support vector machines see it.

/// A function of two rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kernel {
    Linear,
    Poly {
        gamma: f32,
        offset: f32,
        degree: f32,
    },
    Rbf {
        gamma: f32,
    },
    Sigmoid {
        gamma: f32,
        offset: f32,
    },
}

/// The kernel of a row with each support vector.
#[derive(Debug)]
pub(crate) struct Kernels {
    pub(crate) from: Vec<usize>,
    /// Support vectors x columns.
    pub(crate) vectors: Vec<f32>,
    pub(crate) kernel: Kernel,
    /// The first of a column per support vector.
    pub(crate) to: usize,
}

impl Kernels {
    /// Computes the block of `n` rows in `scratch`.
    pub(crate) fn run(&self, scratch: &mut [f32], n: usize) {
        let (before, written) = scratch.split_at_mut(self.to * n);
        let vectors = self.vectors.chunks_exact(self.from.len());
        for (out, vector) in written.chunks_exact_mut(n).zip(vectors) {
            out.fill(0.0);
            for (&column, &y) in self.from.iter().zip(vector) {
                let column = before[column * n..(column + 1) * n].iter();
                match self.kernel {
                    Kernel::Rbf { .. } => out.iter_mut().zip(column).for_each(|(sum, &x)| {
                        *sum += (x - y) * (x - y);
                    }),
                    _ => out
                        .iter_mut()
                        .zip(column)
                        .for_each(|(sum, &x)| *sum += x * y),
                }
            }
            match self.kernel {
                Kernel::Linear => {}
                Kernel::Rbf { gamma } => each(out, |sum| (-gamma * sum).exp()),
                Kernel::Poly {
                    gamma,
                    offset,
                    degree,
                } => each(out, |dot| power(gamma * dot + offset, degree)),
                Kernel::Sigmoid { gamma, offset } => {
                    each(out, |dot| (gamma * dot + offset).tanh());
                }
            }
        }
    }
}

/// The usual degrees without the detour over logarithms.
fn power(x: f32, degree: f32) -> f32 {
    if degree == 2.0 {
        x * x
    } else if degree == 3.0 {
        x * x * x
    } else {
        x.powf(degree)
    }
}

fn each(values: &mut [f32], f: impl Fn(f32) -> f32) {
    values.iter_mut().for_each(|value| *value = f(*value));
}
