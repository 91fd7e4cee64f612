//! Whether two samples of a quantity come from one distribution (Kolmogorov and Smirnov, two-sided).

/// Up to how many steps, the product of both sizes, the probability is computed exactly.
const EXACT_STEPS: usize = 200_000;

/// Two samples, compared: how far their cumulative shares are apart at most.
///
/// If both come from one distribution, every way to deal the values into the two samples is as likely as any other. The exact
/// probability counts the ways, ties included: the shares are compared only after all of equal values. Without ties that is
/// `ks_2samp(method="exact")` of SciPy, which takes no notice of ties and is too careful where there are some. Of large samples it is
/// Kolmogorov's limit, `kstwobign` of SciPy, which errs on the careful side.
pub(crate) struct KolmogorovSmirnov {
    reference: usize,
    current: usize,
    /// The largest distance of the cumulative shares, times the product of both sizes: a whole number.
    distance: usize,
    /// Of the values of both samples in ascending order: whether the next is another value.
    ends: Vec<bool>,
}

impl KolmogorovSmirnov {
    /// Of two ascending samples, neither empty.
    pub(crate) fn new(reference: &[f32], current: &[f32]) -> Self {
        let (m, n) = (reference.len(), current.len());
        let mut ends = Vec::with_capacity(m + n);
        let (mut i, mut j, mut distance) = (0, 0, 0);
        while i < m || j < n {
            let value = match (reference.get(i), current.get(j)) {
                (Some(a), Some(b)) => a.min(*b),
                (Some(value), None) | (None, Some(value)) => *value,
                (None, None) => break,
            };
            i += reference[i..].iter().take_while(|x| **x == value).count();
            j += current[j..].iter().take_while(|x| **x == value).count();
            ends.resize(i + j, false);
            ends[i + j - 1] = true;
            distance = distance.max((i * n).abs_diff(j * m));
        }
        Self {
            reference: m,
            current: n,
            distance,
            ends,
        }
    }

    /// The largest distance of the cumulative shares, 0 to 1.
    pub(crate) fn statistic(&self) -> f64 {
        self.share(self.distance)
    }

    /// How likely samples of one distribution are at least that far apart.
    pub(crate) fn p(&self) -> f64 {
        self.p_of(self.distance)
    }

    /// From which statistic on the probability is at most `level`; nothing where even the largest is too likely.
    pub(crate) fn critical(&self, level: f64) -> Option<f64> {
        let (mut unlikely, mut likely) = (self.steps(), 0);
        if self.p_of(unlikely) > level {
            return None;
        }
        while unlikely - likely > 1 {
            let middle = likely + (unlikely - likely) / 2;
            match self.p_of(middle) <= level {
                true => unlikely = middle,
                false => likely = middle,
            }
        }
        Some(self.share(unlikely))
    }

    fn steps(&self) -> usize {
        self.reference * self.current
    }

    fn share(&self, distance: usize) -> f64 {
        distance as f64 / self.steps() as f64
    }

    fn p_of(&self, distance: usize) -> f64 {
        if self.steps() <= EXACT_STEPS {
            return self.exact(distance);
        }
        let both = (self.reference + self.current) as f64;
        limit(self.share(distance) * (self.steps() as f64 / both).sqrt())
    }

    /// Deals the values in ascending order, each to either sample with the probability that its places have among those left, and adds
    /// up the probability of everything that gets `distance` apart.
    fn exact(&self, distance: usize) -> f64 {
        let (m, n) = (self.reference, self.current);
        // By how many values the current sample has so far, none of the ways having been apart.
        let mut together = vec![0.0; n + 1];
        let mut apart = 0.0;
        for i in 0..=m {
            for j in 0..=n {
                let dealt = i + j;
                if dealt == 0 {
                    together[0] = 1.0;
                    continue;
                }
                let mut here = 0.0;
                if i > 0 {
                    here += together[j] * (m - i + 1) as f64;
                }
                if j > 0 {
                    here += together[j - 1] * (n - j + 1) as f64;
                }
                here /= (m + n - dealt + 1) as f64;
                if self.ends[dealt - 1] && (i * n).abs_diff(j * m) >= distance {
                    apart += here;
                    here = 0.0;
                }
                together[j] = here;
            }
        }
        apart.min(1.0)
    }
}

/// Kolmogorov's distribution: how likely the scaled distance of large samples is at least `z`.
fn limit(z: f64) -> f64 {
    // Below, the sum converges slowly to what differs from one by less than 1e-12.
    if z < 0.2 {
        return 1.0;
    }
    let term = |k: f64| (-2.0 * k * k * z * z).exp();
    let sum: f64 = (1..=15)
        .map(|k| f64::from(2 * k))
        .map(|even| term(even - 1.0) - term(even))
        .sum();
    (2.0 * sum).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests;
