//! Support vector classification: a machine for each two classes, and what becomes of their verdicts.

/// How close to certain the probability of one of two classes may be.
const CERTAIN: f32 = 1e-7;
/// After how many rounds [`Coupling`] is content with what it has.
const ROUNDS: usize = 100;

/// A machine for each two classes, in the order (0, 1), (0, 2) .. (1, 2) ..
#[derive(Debug)]
pub(crate) struct Machines {
    /// The first of the columns with the kernels of the support vectors, which are in the order of their classes.
    pub(crate) kernels: usize,
    /// By class the first of its support vectors; one more at the end.
    pub(crate) starts: Vec<usize>,
    /// (Classes - 1) x support vectors: what a vector weighs against each other class.
    pub(crate) coefficients: Vec<f32>,
    /// By machine.
    pub(crate) offsets: Vec<f32>,
    /// By machine, of Platt's method; empty if there are no probabilities.
    pub(crate) platt: Vec<(f32, f32)>,
    /// The first of the columns that are written, [`Self::scores`] of them; the one behind takes the position of the class with the
    /// most votes, the first of equals.
    pub(crate) to: usize,
}

impl Machines {
    fn classes(&self) -> usize {
        self.starts.len() - 1
    }

    /// How many scores a row gets: a probability for each class or, without those, what each machine says; of one machine, that and its
    /// negative.
    pub(crate) fn scores(&self) -> usize {
        match (self.platt.is_empty(), self.offsets.len()) {
            (false, _) => self.classes(),
            (true, machines) => machines.max(2),
        }
    }

    /// Computes the block of `n` rows in `scratch`.
    pub(crate) fn run(&self, scratch: &mut [f32], n: usize) {
        let classes = self.classes();
        let (before, written) = scratch.split_at_mut(self.to * n);
        let (scores, rest) = written.split_at_mut(self.scores() * n);
        let labels = &mut rest[..n];
        let mut verdicts = vec![0.0; self.offsets.len()];
        let mut votes = vec![0; classes];
        let mut coupling = Coupling::new(classes);
        for row in 0..n {
            votes.fill(0);
            let mut machine = 0;
            for i in 0..classes {
                for j in i + 1..classes {
                    let verdict =
                        self.verdict(i, j, machine, |v| before[(self.kernels + v) * n + row]);
                    verdicts[machine] = verdict as f32;
                    votes[if verdict > 0.0 { i } else { j }] += 1;
                    machine += 1;
                }
            }
            let most =
                (1..classes).fold(0, |most, i| if votes[i] > votes[most] { i } else { most });
            labels[row] = most as f32;
            let mut write = |i: usize, score| scores[i * n + row] = score;
            if !self.platt.is_empty() {
                let of =
                    |(verdict, (a, b)): (&f32, &(f32, f32))| 1.0 / (1.0 + (a * verdict + b).exp());
                let shares = verdicts.iter().zip(&self.platt).map(of);
                let shares = shares.map(|share| share.clamp(CERTAIN, 1.0 - CERTAIN));
                (0..classes)
                    .zip(coupling.probabilities(shares))
                    .for_each(|(i, &p)| write(i, p));
            } else if let [verdict] = verdicts[..] {
                write(0, -verdict);
                write(1, verdict);
            } else {
                verdicts
                    .iter()
                    .enumerate()
                    .for_each(|(i, &verdict)| write(i, verdict));
            }
        }
    }

    /// What the machine of classes `i` and `j` says: above zero for `i`. In `f64`, as terms of both signs cancel.
    fn verdict(&self, i: usize, j: usize, machine: usize, kernel: impl Fn(usize) -> f32) -> f64 {
        let vectors = self.starts[self.classes()];
        let mut sum = f64::from(self.offsets[machine]);
        for (class, other) in [(i, j - 1), (j, i)] {
            for v in self.starts[class]..self.starts[class + 1] {
                sum += f64::from(self.coefficients[other * vectors + v] * kernel(v));
            }
        }
        sum
    }
}

/// From the probability of one class rather than another, for each two, to one for each: the second method of Wu, Lin and Weng,
/// "Probability estimates for multi-class classification by pairwise coupling" (2004), which minimises a quadratic form by
/// coordinates. All in `f32` and from the same start as other runtimes, as it stops before the digits do.
struct Coupling {
    classes: usize,
    form: Vec<f32>,
    probabilities: Vec<f32>,
    gradient: Vec<f32>,
}

impl Coupling {
    fn new(classes: usize) -> Self {
        Self {
            classes,
            form: vec![0.0; classes * classes],
            probabilities: vec![0.0; classes],
            gradient: vec![0.0; classes],
        }
    }

    fn probabilities(&mut self, shares: impl Iterator<Item = f32>) -> &[f32] {
        let k = self.classes;
        let (form, p, gradient) = (&mut self.form, &mut self.probabilities, &mut self.gradient);
        form.fill(0.0);
        let pairs = (0..k).flat_map(|i| (i + 1..k).map(move |j| (i, j)));
        for ((i, j), share) in pairs.zip(shares) {
            let other = 1.0 - share;
            form[i * k + i] += other * other;
            form[j * k + j] += share * share;
            form[i * k + j] = -other * share;
            form[j * k + i] = -other * share;
        }
        p.fill(1.0 / k as f32);
        for _ in 0..ROUNDS {
            let mut value = 0.0;
            for i in 0..k {
                gradient[i] = (0..k).map(|j| form[i * k + j] * p[j]).sum();
                value += p[i] * gradient[i];
            }
            let worst = gradient
                .iter()
                .map(|g| (g - value).abs())
                .fold(0.0, f32::max);
            if worst < 0.005 / k as f32 {
                break;
            }
            for i in 0..k {
                let step = (value - gradient[i]) / form[i * k + i];
                p[i] += step;
                let scale = 1.0 + step;
                value =
                    (value + step * (step * form[i * k + i] + 2.0 * gradient[i])) / scale / scale;
                for j in 0..k {
                    gradient[j] = (gradient[j] + step * form[i * k + j]) / scale;
                    p[j] /= scale;
                }
            }
        }
        p
    }
}
