//! In any order, in any batches, with an end at any moment.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use mesh_storage::Policy;
use proptest::prelude::*;
use tokio::runtime::Runtime;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    /// Offsets of seconds from where time has come to.
    Arrive(Vec<(usize, i64, i64)>),
    Refresh,
    /// Files of both datasets are put together.
    Maintain,
    /// A refresh that is dropped after so many steps of its own, and a new process.
    Crash(u32),
}

fn step() -> impl Strategy<Value = Step> {
    let late = prop_oneof![2 => -20..20_i64, 1 => -90..0_i64];
    let reading = (0..2_usize, late, 40..200_i64);
    prop_oneof![
        3 => prop::collection::vec(reading, 2..12).prop_map(Step::Arrive),
        2 => Just(Step::Refresh),
        1 => Just(Step::Maintain),
        1 => (0..120_u32).prop_map(Step::Crash),
    ]
}

fn shape() -> impl Strategy<Value = Windowing> {
    let lengths = prop_oneof![Just((10, 10)), Just((30, 10)), Just((20, 5))];
    let lateness = prop_oneof![1 => Just(0), 2 => Just(25), 1 => Just(300)];
    (lengths, 0..15_u64, lateness)
        .prop_map(|((size, every), delay, lateness)| windowing(size, every, delay, lateness))
}

/// The first so many steps of `future`.
async fn dropped_after<F: Future>(steps: u32, future: F) {
    let mut future = pin!(future);
    let mut left = steps;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        future.as_mut().poll(context).map(drop)
    })
    .await;
}

/// What the marks of a dataset say, beside what has arrived.
struct Model {
    windowing: Windowing,
    /// With the version of the dataset that each came in.
    arrived: Vec<(u64, Reading)>,
    /// Up to which version, from which watermark and to which; of each commit.
    commits: Vec<(u64, Option<i64>, Option<i64>)>,
}

impl Model {
    async fn look(&mut self, refresher: &Refresher) {
        let progress = async |mark: &str| refresher.dataset.progress(mark).await.unwrap();
        let generation = progress(mark::GENERATION).await;
        if generation == 0 {
            return;
        }
        assert_eq!(generation, 1, "nothing is a reason to begin anew");
        // A mark is the version that is read next.
        let version = progress("reads/1/readings").await - 1;
        let reached = watermark(refresher).await;
        let last = self.commits.last().copied();
        if last.is_none_or(|(before, _, mark)| (before, mark) != (version, reached)) {
            self.commits
                .push((version, last.and_then(|last| last.2), reached));
        }
    }

    /// Where the windows start that a time falls in.
    fn windows(&self, at: i64) -> impl Iterator<Item = i64> {
        let (size, every) = (
            self.windowing.size / 1_000_000,
            self.windowing.every / 1_000_000,
        );
        let near = (at - size)..=at;
        near.filter(move |start| start.rem_euclid(every) == 0 && start + size > at)
    }

    /// The rows that SQL gives over all readings that were not too late.
    fn expected(&self) -> Rows {
        let (size, lateness) = (
            self.windowing.size / 1_000_000,
            self.windowing.lateness / 1_000_000,
        );
        let Some((_, _, Some(last))) = self.commits.last() else {
            return Rows::new();
        };
        let mut groups: BTreeMap<(String, i64), (i64, i64)> = BTreeMap::new();
        for (version, (who, at, rate)) in &self.arrived {
            let Some(read) = self.commits.iter().find(|(upto, ..)| version <= upto) else {
                continue;
            };
            for start in self.windows(*at) {
                let in_time = read.1.is_none_or(|mark| start + size + lateness > mark);
                if in_time && start + size <= *last {
                    let group = groups.entry(((*who).to_owned(), start)).or_default();
                    *group = (group.0 + 1, group.1 + rate);
                }
            }
        }
        let rows = groups.into_iter();
        rows.map(|((who, start), (readings, total))| (who, start, readings, total))
            .collect()
    }

    /// After a refresh that ran to its end.
    async fn check(&self, refresher: &Refresher) {
        assert_eq!(made(refresher).await, self.expected());
        let times = || self.arrived.iter().map(|(_, reading)| reading.1);
        let closed = |mark: i64| self.windowing.closed((mark + BASE) * 1_000_000);
        let due = times()
            .max()
            .map(|newest| closed(newest - self.windowing.delay / 1_000_000));
        match watermark(refresher).await.map(closed) {
            Some(made) => assert_eq!(Some(made), due, "each window is made once it is over"),
            None => assert!(due <= times().min().map(closed), "no window is over"),
        }
    }
}

async fn follow(windowing: Windowing, steps: Vec<Step>) {
    let mut bench = Bench::new().await;
    let mut refresher = bench.refresher(windowing.clone()).await;
    let mut model = Model {
        windowing: windowing.clone(),
        arrived: Vec::new(),
        commits: Vec::new(),
    };
    let mut now = 0;
    for step in steps.into_iter().chain([Step::Refresh]) {
        match step {
            Step::Arrive(readings) => {
                now += 15;
                let readings: Vec<Reading> = readings
                    .into_iter()
                    .map(|(who, offset, rate)| (["ana", "luis"][who], now + offset, rate))
                    .collect();
                bench.arrive(&readings).await;
                let version = bench.readings.info().version;
                let arrived = readings.iter().map(|reading| (version, *reading));
                model.arrived.extend(arrived);
            }
            Step::Maintain => {
                let policy = Policy {
                    files: 2,
                    ..Policy::default()
                };
                bench.readings.maintain(&policy).await.unwrap();
                refresher.dataset.maintain(&policy).await.unwrap();
            }
            Step::Refresh => {
                refresher.refresh().await.unwrap();
                model.look(&refresher).await;
                model.check(&refresher).await;
            }
            Step::Crash(after) => {
                dropped_after(after, refresher.refresh()).await;
                refresher = bench.refresher(windowing.clone()).await;
                model.look(&refresher).await;
                assert_eq!(made(&refresher).await, model.expected());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn any_order_batches_and_ends_give_what_sql_gives_over_all_rows_that_came_in_time(
        windowing in shape(),
        steps in prop::collection::vec(step(), 5..16),
    ) {
        Runtime::new().unwrap().block_on(follow(windowing, steps));
    }
}

#[tokio::test]
async fn a_making_in_full_has_all_rows_however_late_they_came() {
    let mut bench = Bench::new().await;
    let of = windowing(30, 10, 0, 0);
    let refresher = bench.refresher(of.clone()).await;
    let (mut arrived, mut at) = (Vec::new(), 0);
    for batch in 0..5 {
        let readings: Vec<Reading> = (0..20)
            .map(|nth| {
                at = (at * 7 + 31 + batch) % 400;
                ("ana", at, 50 + nth)
            })
            .collect();
        bench.arrive(&readings).await;
        arrived.extend(readings.into_iter().map(|reading| (bench.sent, reading)));
        refresher.refresh().await.unwrap();
    }
    assert!(state(&refresher).too_late > 0);
    let anew = bench
        .refresher(Windowing {
            lateness: 1,
            ..of.clone()
        })
        .await;
    anew.refresh().await.unwrap();
    assert_eq!(how(&anew), "in full");
    let model = Model {
        windowing: of,
        arrived,
        commits: vec![(bench.sent, None, watermark(&anew).await)],
    };
    assert_eq!(made(&anew).await, model.expected());
}
