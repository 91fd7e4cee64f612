//! What a dataset was made of, as its own table says it.
//!
//! Progress of a dataset only ever moves on, so a text that comes back after another would seem done. Each making has a
//! number instead; a text is the present one if its mark has the newest number.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::Refresher;
use crate::SdkError;
use crate::product::Work;

/// The number of the newest making in full.
pub(super) const GENERATION: &str = "recipe";

/// What there is to make the dataset of, and what it was made of last.
pub(super) struct MadeOf {
    generation: u64,
    same_recipe: bool,
    /// Digest of the statement, or of what is known of the file.
    pub(super) digest: String,
    /// Version of each dataset that is read, as of now.
    now: BTreeMap<String, u64>,
    /// The version that was read last; nothing if none was.
    before: BTreeMap<String, u64>,
}

impl MadeOf {
    pub(super) async fn look(refresher: &Refresher) -> Result<MadeOf, SdkError> {
        let dataset = &refresher.dataset;
        let digest = digest(refresher)?;
        let generation = dataset.progress(GENERATION).await?;
        let with_this = dataset.progress(&recipe(&digest)).await?;
        let mut now = BTreeMap::new();
        let mut before = BTreeMap::new();
        for read in &refresher.reads {
            let name = read.name().to_owned();
            if let Some(version) = dataset.progress(&source(&name)).await?.checked_sub(1) {
                before.insert(name.clone(), version);
            }
            now.insert(name, read.info().version);
        }
        Ok(MadeOf {
            generation,
            same_recipe: generation > 0 && with_this == generation,
            digest,
            now,
            before,
        })
    }

    pub(super) fn is_up_to_date(&self) -> bool {
        self.same_recipe && self.now == self.before
    }

    /// The versions that were read last, if what is new since then is all there is to do.
    pub(super) fn since(&self) -> Option<&BTreeMap<String, u64>> {
        (self.same_recipe && self.before.len() == self.now.len()).then_some(&self.before)
    }

    /// The number of a making in full.
    pub(super) fn next(&self) -> u64 {
        self.generation + 1
    }

    /// The progress of a commit that was made of all rows of `sources`.
    pub(super) fn in_full(&self, sources: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
        let mut progress = reached(sources);
        progress.insert(GENERATION.to_owned(), self.next());
        progress.insert(recipe(&self.digest), self.next());
        progress
    }
}

/// The progress of a commit that was made of what is new in `sources`.
pub(super) fn reached(sources: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let next = |(name, version): (&String, &u64)| (source(name), version + 1);
    sources.iter().map(next).collect()
}

fn source(dataset: &str) -> String {
    format!("reads/{dataset}")
}

fn recipe(digest: &str) -> String {
    format!("{GENERATION}/{digest}")
}

fn digest(refresher: &Refresher) -> Result<String, SdkError> {
    let text = match &refresher.recipe.work {
        Work::File(path) => refresher
            .files
            .fingerprint(path)
            .map_err(SdkError::file(path))?,
        Work::Sql(statement) => statement.clone(),
        // A new build may be new code.
        Work::Code => env!("CARGO_PKG_VERSION").to_owned(),
    };
    let contract = refresher.dataset.contract();
    let made_by = format!("{}\n{}\n{text}", contract.id(), contract.version());
    Ok(Uuid::new_v5(&Uuid::NAMESPACE_OID, made_by.as_bytes()).to_string())
}
