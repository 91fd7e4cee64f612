//! Keeps the datasets of a product in order, as often as its cost allows.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use mesh_storage::{Dataset, Maintained, Policy};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

const SHORTEST_PAUSE: Duration = Duration::from_secs(1);
/// It rests this many times as long as it worked, over all datasets. Not longer: what it has to do grows with the commits
/// that came meanwhile, and a share that is too small for them would never catch up.
const REST: u32 = 4;

pub(crate) struct Maintenance {
    pub(crate) product: String,
    pub(crate) datasets: Vec<Arc<Dataset>>,
    pub(crate) policy: Policy,
}

impl Maintenance {
    /// Runs until `stop`, which ends it wherever it is: what is half done is in no version.
    pub(crate) async fn run(self, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.rounds() => {}
        }
    }

    async fn rounds(&self) {
        let mut failing = BTreeMap::new();
        loop {
            let began = Instant::now();
            for dataset in &self.datasets {
                self.maintain(dataset, &mut failing).await;
            }
            tokio::time::sleep((began.elapsed() * REST).max(SHORTEST_PAUSE)).await;
        }
    }

    /// A dataset that cannot be kept in order still takes rows. It is told once how that fails, and when no more.
    async fn maintain(&self, dataset: &Dataset, failing: &mut BTreeMap<String, String>) {
        let (product, name) = (&self.product, dataset.name());
        // A bug in what it calls must not end the task unnoticed.
        let done = AssertUnwindSafe(dataset.maintain(&self.policy)).catch_unwind();
        let failure = match done.await {
            Ok(Ok(done)) => {
                self.publish(name, &done);
                if failing.remove(name).is_some() {
                    tracing::info!(
                        product,
                        dataset = name,
                        "the dataset is kept in order again"
                    );
                }
                return;
            }
            Ok(Err(error)) => error.without_values(),
            Err(_) => "it panicked; the log says where".to_owned(),
        };
        metrics::counter!("mesh_dataset_maintenance_failures_total", &self.of(name)).increment(1);
        if failing.get(name) != Some(&failure) {
            tracing::warn!(
                product,
                dataset = name,
                failure,
                "the dataset cannot be kept in order"
            );
            failing.insert(name.to_owned(), failure);
        }
    }

    fn publish(&self, dataset: &str, done: &Maintained) {
        let of = self.of(dataset);
        metrics::gauge!("mesh_dataset_version", &of).set(done.version as f64);
        metrics::gauge!("mesh_dataset_files", &of).set(done.files as f64);
        for (name, count) in [
            ("mesh_dataset_compactions_total", done.compactions),
            ("mesh_dataset_files_compacted_total", done.compacted),
            ("mesh_dataset_checkpoints_total", u64::from(done.checkpoint)),
            ("mesh_dataset_files_removed_total", done.files_removed),
            (
                "mesh_dataset_log_entries_removed_total",
                done.log_entries_removed,
            ),
        ] {
            metrics::counter!(name, &of).increment(count);
        }
    }

    fn of(&self, dataset: &str) -> [(&'static str, String); 2] {
        [
            ("product", self.product.clone()),
            ("dataset", dataset.to_owned()),
        ]
    }
}

#[cfg(test)]
mod tests;
