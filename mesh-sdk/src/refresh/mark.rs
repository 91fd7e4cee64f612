//! What a dataset was made of, as its own table says it.
//!
//! Progress of a dataset only ever moves on, so a text that comes back after another would seem done, and so would a source
//! that was made anew and counts from the beginning. Each making in full has a number instead, its generation: a recipe is
//! the present one if its mark has the newest number, and how far the sources were read is said within a generation.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::LazyLock;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Refresher;
use crate::SdkError;
use crate::product::Work;

/// The number of the newest making in full.
pub(super) const GENERATION: &str = "recipe";

/// What there is to make the dataset of, and what it was made of last.
pub(super) struct MadeOf {
    pub(super) generation: u64,
    same_recipe: bool,
    /// Of the recipe and, where it is a file, of its content.
    pub(super) digest: String,
    /// Of a file: what is known of it without reading it.
    glance: Option<String>,
    /// Version of each dataset whose changes count, as of now.
    now: BTreeMap<String, u64>,
    /// The version that was read last; nothing if none was.
    before: BTreeMap<String, u64>,
}

impl MadeOf {
    pub(super) async fn look(refresher: &Refresher) -> Result<MadeOf, SdkError> {
        let dataset = &refresher.dataset;
        let generation = dataset.progress(GENERATION).await?;
        let glance = glance(refresher)?;
        let seen = match &glance {
            Some(glance) => dataset.progress(&recipe(glance)).await?,
            None => 0,
        };
        // A file of any size is read for its digest only if it does not look as it did.
        let looks_the_same = generation > 0 && seen == generation;
        let digest = match &glance {
            Some(glance) if looks_the_same => glance.clone(),
            _ => digest(refresher).await?,
        };
        let with_this = dataset.progress(&recipe(&digest)).await?;
        let mut now = BTreeMap::new();
        let mut before = BTreeMap::new();
        let recipe = &refresher.recipe;
        let reads = refresher.reads.iter();
        for read in reads.filter(|read| recipe.follows(read.name())) {
            let name = read.name().to_owned();
            let reached = dataset.progress(&source(generation, &name)).await?;
            if let Some(version) = reached.checked_sub(1) {
                before.insert(name.clone(), version);
            }
            now.insert(name, read.info().version);
        }
        Ok(MadeOf {
            generation,
            same_recipe: generation > 0 && with_this == generation,
            digest,
            glance,
            now,
            before,
        })
    }

    pub(super) fn is_up_to_date(&self) -> bool {
        self.same_recipe && self.now == self.before
    }

    /// Whether the recipe is the one that made the dataset last.
    pub(super) fn is_by_this_recipe(&self) -> bool {
        self.same_recipe
    }

    /// The same, as if nothing had been made of it.
    pub(super) fn forgotten(self) -> MadeOf {
        MadeOf {
            same_recipe: false,
            ..self
        }
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
        let generation = self.next();
        let mut progress = reached(generation, sources);
        progress.insert(GENERATION.to_owned(), generation);
        progress.insert(recipe(&self.digest), generation);
        if let Some(glance) = &self.glance {
            progress.insert(recipe(glance), generation);
        }
        progress
    }

    /// The progress of a commit that was made of what is new in `sources`.
    pub(super) fn in_part(&self, sources: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
        reached(self.generation, sources)
    }
}

fn reached(generation: u64, sources: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let next = |(name, version): (&String, &u64)| (source(generation, name), version + 1);
    sources.iter().map(next).collect()
}

fn source(generation: u64, dataset: &str) -> String {
    format!("reads/{generation}/{dataset}")
}

/// Up to which windows were made within a generation.
pub(super) fn watermark(generation: u64) -> String {
    format!("watermark/{generation}")
}

fn recipe(digest: &str) -> String {
    format!("{GENERATION}/{digest}")
}

fn glance(refresher: &Refresher) -> Result<Option<String>, SdkError> {
    let Work::File(path) = &refresher.recipe.work else {
        return Ok(None);
    };
    let glance = refresher.files.fingerprint(path);
    let glance = glance.map_err(SdkError::file(path))?;
    Ok(Some(with_contract(refresher, &glance)))
}

async fn digest(refresher: &Refresher) -> Result<String, SdkError> {
    let text = match &refresher.recipe.work {
        Work::File(path) => {
            let file = refresher.files.open(path).map_err(SdkError::file(path))?;
            let read = tokio::task::spawn_blocking(move || content(file)).await;
            let read = read.map_err(|_| refresher.failed("its file cannot be read"))?;
            read.map_err(SdkError::file(path))?
        }
        Work::Sql(statement) => statement.clone(),
        Work::Windows {
            statement,
            windowing,
        } => format!("{windowing:?}\n{statement}"),
        Work::Code => PROGRAM.clone(),
    };
    Ok(with_contract(refresher, &text))
}

fn with_contract(refresher: &Refresher, text: &str) -> String {
    let contract = refresher.dataset.contract();
    let made_by = format!("{}\n{}\n{text}", contract.id(), contract.version());
    Uuid::new_v5(&Uuid::NAMESPACE_OID, made_by.as_bytes()).to_string()
}

fn content(mut file: impl Read) -> std::io::Result<String> {
    let mut digest = Sha256::new();
    std::io::copy(&mut file, &mut digest)?;
    Ok(format!("{:x}", digest.finalize()))
}

/// What changes whenever the running program is built anew: its code may make other rows.
static PROGRAM: LazyLock<String> = LazyLock::new(|| {
    let known = std::env::current_exe().and_then(std::fs::metadata);
    let built = known.as_ref().ok().and_then(|known| known.modified().ok());
    let length = known.map(|known| known.len()).unwrap_or_default();
    format!("{length} {built:?}")
});
