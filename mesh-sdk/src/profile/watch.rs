//! Makes the profiles of a product's datasets after commits, in what time others leave.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use chrono::Utc;
use mesh_storage::{Dataset, Engine};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::correlation::Learning;
use super::{Correlations, DatasetProfile, profile};
use crate::changes::Changes;
use crate::product::ModelPlan;

const SHORTEST_PAUSE: Duration = Duration::from_secs(1);
/// It takes at most one part in this many of the time.
const SHARE: u32 = 20;

/// The newest of each dataset and of each model.
#[derive(Clone, Default)]
pub(crate) struct Profiles(Arc<RwLock<Known>>);

#[derive(Default)]
struct Known {
    datasets: BTreeMap<String, Told<DatasetProfile>>,
    correlations: BTreeMap<String, Told<Correlations>>,
}

struct Told<T> {
    whole: Arc<T>,
    /// What of it everybody may see.
    public: Arc<T>,
}

impl<T> Told<T> {
    fn new(whole: T, public: impl FnOnce(&T) -> T) -> Told<T> {
        let public = Arc::new(public(&whole));
        let whole = Arc::new(whole);
        Told { whole, public }
    }
}

impl Profiles {
    /// All of it, for those who may read the rows.
    pub(crate) fn whole(&self, dataset: &str) -> Option<Arc<DatasetProfile>> {
        Some(self.known().datasets.get(dataset)?.whole.clone())
    }

    pub(crate) fn public(&self, dataset: &str) -> Option<Arc<DatasetProfile>> {
        Some(self.known().datasets.get(dataset)?.public.clone())
    }

    /// Of the models that learn from `dataset`, for those who may read the rows.
    pub(crate) fn whole_correlations(&self, dataset: &str) -> Vec<Arc<Correlations>> {
        self.correlations(dataset, |told| told.whole.clone())
    }

    pub(crate) fn public_correlations(&self, dataset: &str) -> Vec<Arc<Correlations>> {
        self.correlations(dataset, |told| told.public.clone())
    }

    fn correlations(
        &self,
        dataset: &str,
        of: impl Fn(&Told<Correlations>) -> Arc<Correlations>,
    ) -> Vec<Arc<Correlations>> {
        let known = self.known();
        let all = known.correlations.values();
        let learned = all.filter(|told| told.whole.datasets.contains_key(dataset));
        learned.map(of).collect()
    }

    fn versions(&self, model: &str) -> Option<BTreeMap<String, u64>> {
        Some(self.known().correlations.get(model)?.whole.datasets.clone())
    }

    fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, change: impl FnOnce(&mut Known)) {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }
}

pub(crate) struct Watch {
    pub(crate) product: String,
    /// Gives way to everything else.
    pub(crate) engine: Arc<Engine>,
    pub(crate) datasets: Vec<Arc<Dataset>>,
    pub(crate) models: Vec<ModelPlan>,
    pub(crate) changes: Changes,
    pub(crate) profiles: Profiles,
}

impl Watch {
    pub(crate) async fn run(self, stop: CancellationToken) {
        let mut heard = self.changes.listen();
        let models = self.models.iter();
        // A training query that cannot be planned has kept the product from its start.
        let models = models.filter_map(|plan| Learning::of(plan, &self.datasets).ok());
        let models: Vec<Learning> = models.collect();
        loop {
            heard.mark_unchanged();
            let began = Instant::now();
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.look(&models) => {}
            }
            let pause = (began.elapsed() * SHARE).max(SHORTEST_PAUSE);
            let next = async {
                tokio::time::sleep(pause).await;
                // The sender lives as long as this does.
                drop(heard.changed().await);
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = next => {}
            }
        }
    }

    /// Looks at what has another version than when it was looked at last.
    pub(super) async fn look(&self, models: &[Learning]) {
        for dataset in &self.datasets {
            let version = dataset.info().version;
            let before = self.profiles.whole(dataset.name());
            if before.is_none_or(|profile| profile.version != version) {
                self.dataset(dataset).await;
            }
        }
        for model in models {
            if self.profiles.versions(&model.model) != Some(model.versions()) {
                self.model(model).await;
            }
        }
    }

    async fn dataset(&self, dataset: &Dataset) {
        let version = dataset.info().version;
        let made = profile(&self.engine, dataset).await;
        let made = made.unwrap_or_else(|error| {
            let (product, name, error) = (&self.product, dataset.name(), error.without_values());
            tracing::warn!(%product, dataset = name, %error, "the profile of a dataset cannot be made");
            DatasetProfile {
                version,
                made_at: Utc::now(),
                properties: None,
            }
        });
        let name = dataset.name().to_owned();
        self.profiles.keep(|known| {
            known
                .datasets
                .insert(name, Told::new(made, DatasetProfile::public));
        });
    }

    async fn model(&self, model: &Learning) {
        let unknown = model.unknown();
        let reckoned = model.correlations(&self.engine).await;
        let reckoned = reckoned.unwrap_or_else(|error| {
            let (product, model, error) = (&self.product, &model.model, error.without_values());
            tracing::warn!(%product, %model, %error, "the correlations of its features cannot be reckoned");
            unknown
        });
        let name = model.model.clone();
        self.profiles.keep(|known| {
            known
                .correlations
                .insert(name, Told::new(reckoned, Correlations::public));
        });
    }
}
