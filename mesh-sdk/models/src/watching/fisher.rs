//! Whether something is as frequent in one sample as in another (Fisher's exact test, two-sided).

/// The odds of equal probabilities differ by rounding; what differs by less is as likely.
const ROUNDING: f64 = 1e-7;

/// How many cases of either sample have something. If both are drawn from the same cases, every way to deal those that have it is as
/// likely as any other: no approximation, however few there are.
pub(crate) struct Fisher {
    /// The cases that have it, of both samples.
    having: usize,
    reference: usize,
    current: usize,
    /// How many of the current sample have it.
    observed: usize,
    /// The fewest of the current sample that can have it.
    fewest: usize,
    /// How likely it is that so many have it, from the fewest on.
    probabilities: Vec<f64>,
}

impl Fisher {
    /// Of each sample how many cases have it, and how many there are.
    pub(crate) fn new(reference: (usize, usize), current: (usize, usize)) -> Self {
        let having = reference.0 + current.0;
        let (reference, current, observed) = (reference.1, current.1, current.0);
        let fewest = having.saturating_sub(reference);
        let most = having.min(current);
        // Each from the one before, as the largest could not be told from zero beside the others; scaled by the most likely.
        let mut logarithms = vec![0.0_f64];
        for k in fewest..most {
            let more = (having - k) as f64 * (current - k) as f64;
            let fewer = (k + 1) as f64 * (reference + k + 1 - having) as f64;
            logarithms.push(logarithms[k - fewest] + (more / fewer).ln());
        }
        let largest = logarithms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let odds: Vec<f64> = logarithms.iter().map(|l| (l - largest).exp()).collect();
        let sum: f64 = odds.iter().sum();
        Self {
            having,
            reference,
            current,
            observed,
            fewest,
            probabilities: odds.into_iter().map(|odds| odds / sum).collect(),
        }
    }

    /// The share of the current sample less that of the reference.
    pub(crate) fn statistic(&self) -> f64 {
        self.difference(self.observed)
    }

    /// How likely a division is that is no more likely than this one.
    pub(crate) fn p(&self) -> f64 {
        self.p_of(self.observed)
    }

    /// From which statistic on, in the direction observed, the probability is at most `level`; nothing where none is that unlikely.
    pub(crate) fn critical(&self, level: f64) -> Option<f64> {
        let most = self.fewest + self.probabilities.len() - 1;
        let rises = self.statistic() >= 0.0;
        // From the end that the difference moves to, the probability rises up to the most likely division.
        let at = |step: usize| {
            if rises {
                most - step
            } else {
                self.fewest + step
            }
        };
        let (mut unlikely, mut likely) = (0, self.probabilities.len());
        if self.p_of(at(unlikely)) > level {
            return None;
        }
        while likely - unlikely > 1 {
            let middle = unlikely + (likely - unlikely) / 2;
            let difference = self.difference(at(middle));
            let beyond = if rises {
                difference > 0.0
            } else {
                difference < 0.0
            };
            match beyond && self.p_of(at(middle)) <= level {
                true => unlikely = middle,
                false => likely = middle,
            }
        }
        Some(self.difference(at(unlikely)))
    }

    fn difference(&self, current_having: usize) -> f64 {
        let reference_having = self.having - current_having;
        current_having as f64 / self.current as f64
            - reference_having as f64 / self.reference as f64
    }

    fn p_of(&self, current_having: usize) -> f64 {
        let bound = self.probabilities[current_having - self.fewest] * (1.0 + ROUNDING);
        let unlikely = self.probabilities.iter().filter(|p| **p <= bound);
        unlikely.sum::<f64>().min(1.0)
    }
}

#[cfg(test)]
mod tests;
