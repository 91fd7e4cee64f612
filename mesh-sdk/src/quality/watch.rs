//! Measures the datasets of a product after each commit, as often as its cost allows.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use mesh_storage::{Dataset, Engine};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Kept, QualityReport, Verdict, measure};
use crate::changes::Changes;

/// Service levels change with the clock: the datasets are looked at again at least this often.
const AT_LEAST_EVERY: Duration = Duration::from_secs(60);
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);
/// Measuring takes at most one part in this many of the time.
const SHARE: u32 = 20;

/// The newest report of each dataset.
pub(crate) type Reports = Arc<RwLock<BTreeMap<String, Arc<QualityReport>>>>;

pub(crate) struct Watch {
    pub(crate) product: String,
    pub(crate) engine: Arc<Engine>,
    pub(crate) datasets: Vec<Arc<Dataset>>,
    pub(crate) changes: Changes,
    pub(crate) reports: Reports,
}

impl Watch {
    pub(crate) async fn run(self, stop: CancellationToken) {
        let mut heard = self.changes.listen();
        loop {
            heard.mark_unchanged();
            let began = Instant::now();
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.measure() => {}
            }
            let pause = (began.elapsed() * SHARE).max(SHORTEST_PAUSE);
            let next = async {
                tokio::time::sleep(pause).await;
                drop(tokio::time::timeout(AT_LEAST_EVERY, heard.changed()).await);
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = next => {}
            }
        }
    }

    /// Measures the datasets whose newest report is of another version, or old.
    async fn measure(&self) {
        for dataset in &self.datasets {
            let before = self.report(dataset.name());
            let is_new = before.is_none_or(|report| {
                let age = chrono::Utc::now() - report.checked_at;
                report.version != dataset.info().version
                    || age.to_std().is_ok_and(|age| age >= AT_LEAST_EVERY)
            });
            if is_new {
                let report = measure(&self.engine, dataset).await;
                self.publish(&report);
                let mut reports = self.reports.write().unwrap_or_else(PoisonError::into_inner);
                reports.insert(dataset.name().to_owned(), Arc::new(report));
            }
        }
    }

    fn report(&self, dataset: &str) -> Option<Arc<QualityReport>> {
        let reports = self.reports.read().unwrap_or_else(PoisonError::into_inner);
        reports.get(dataset).cloned()
    }

    fn publish(&self, report: &QualityReport) {
        let of = |rule: &str| {
            [
                ("product", self.product.clone()),
                ("dataset", report.dataset.clone()),
                ("rule", rule.to_owned()),
            ]
        };
        let kept = |kept: bool| if kept { 1.0 } else { 0.0 };
        for result in &report.results {
            if result.verdict != Verdict::NotRun {
                metrics::gauge!("mesh_quality_rule_kept", &of(&result.rule))
                    .set(kept(result.verdict == Verdict::Passed));
            }
        }
        for result in &report.service_levels {
            if result.kept != Kept::NotMeasured {
                metrics::gauge!("mesh_service_level_kept", &of(&result.property))
                    .set(kept(result.kept == Kept::Kept));
            }
        }
    }
}
