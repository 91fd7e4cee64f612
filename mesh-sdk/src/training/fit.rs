//! What was learned -> a version.

use std::time::Instant;

use chrono::Utc;
use mesh_models::{Answers, Model, ModelError, Search, SearchReport, Trained, Watch, highest};
use serde_json::{Map, Value};

use super::cases::{Cases, HeldOut};
use super::worth::Worth;
use crate::product::ModelPlan;
use crate::registry::{
    ModelVersion, Parity, Registry, Searched, Stage, TrainedOn, Tried, contract_named,
};
use crate::watching::Reference;
use crate::{DataProduct, SdkError};

/// How far the probabilities of an artifact may be from those of what was trained.
pub(crate) const PARITY: f64 = 1e-5;
/// Candidates of a search that are kept.
const TOLD: usize = 100;

/// What was learned, and from what.
pub(super) struct Learned {
    pub(super) trained: Trained,
    pub(super) algorithm: &'static str,
    pub(super) parameters: Map<String, Value>,
    pub(super) searched: Option<Searched>,
    pub(super) trained_on: TrainedOn,
    /// Answers that it learned from after the cases.
    pub(super) answers: Option<u64>,
}

/// What a run gave.
pub(crate) enum Made {
    New(Box<ModelVersion>),
    /// This version is the same, byte for byte.
    Same(u64),
}

/// Learns from the cases. Takes as long as it takes; call it where blocking is allowed.
pub(super) fn train(
    plan: &ModelPlan,
    cases: &Cases,
    watch: Watch<'_>,
) -> Result<Learned, SdkError> {
    let (table, target) = cases.to_learn_from(plan)?;
    let (pipeline, parameters, searched) = match &plan.search {
        None => (
            plan.pipeline.clone(),
            plan.declared.parameters.clone(),
            None,
        ),
        Some(search) => {
            let report = search.run(&table, &target, &mut |done, of| watch(done, of))?;
            let searched = searched(search, report);
            let best = searched.candidates.first();
            let best = best.map_or_else(Map::new, |best| best.parameters.clone());
            (search.pipeline(&best)?, best, Some(searched))
        }
    };
    Ok(Learned {
        trained: pipeline.fit_watched(&table, &target, watch)?,
        algorithm: plan.declared.algorithm.name(),
        parameters,
        searched,
        trained_on: cases.named(plan),
        answers: None,
    })
}

fn searched(search: &Search, report: SearchReport) -> Searched {
    let tried = report.candidates.into_iter().map(|candidate| Tried {
        parameters: candidate.parameters,
        score: candidate.score,
    });
    Searched {
        grid: search.grid.clone(),
        draws: search.draws,
        division: search.division,
        measure: search.measure,
        candidates: tried.take(TOLD).collect(),
    }
}

/// Measures what was learned since `began` and keeps it as a version, unless it is there already.
pub(super) fn keep(
    plan: &ModelPlan,
    revision: &str,
    began: Instant,
    learned: Learned,
    held_out: &HeldOut,
    registry: &Registry,
) -> Result<Made, SdkError> {
    let onnx = learned.trained.to_onnx()?;
    let sha256 = mesh_models::digest(&onnx);
    let is_the_same = |version: &ModelVersion| {
        let alike = match learned.answers {
            None => version.is_trained_by(plan),
            answers => version.answers == answers,
        };
        version.sha256 == sha256 && alike
    };
    let versions = registry.versions()?;
    if let Some(same) = versions.iter().rev().find(|version| is_the_same(version)) {
        return Ok(Made::Same(same.version));
    }
    let model = Model::from_onnx(&onnx)?;
    let worth = Worth::of(plan, &model, held_out)?;
    let reference = Reference::of(plan, &worth)?;
    let parity = parity(&learned.trained, &worth)?;
    let version = |version| ModelVersion {
        model: plan.name.clone(),
        version,
        stage: Stage::Staging,
        description: plan.declared.description.clone(),
        predicts: plan.declared.predicts,
        algorithm: learned.algorithm.to_owned(),
        parameters: learned.parameters,
        searched: learned.searched,
        trained_at: Utc::now(),
        duration_seconds: Some(began.elapsed().as_secs_f64()),
        revision: Some(revision.to_owned()),
        sha256,
        features: plan.declared.features.all().cloned().collect(),
        input: Some(contract_named(&plan.input)),
        encoded: Some(plan.pipeline.features.clone()),
        trained_on: learned.trained_on,
        answers: learned.answers,
        imported: None,
        parity: Some(parity),
        evaluation: worth.evaluation,
        report: Some(worth.report),
        importance: worth.importance,
    };
    let version = registry.add(&onnx, &reference, version)?;
    Ok(Made::New(Box::new(version)))
}

/// Whether the artifact answers as what was trained does.
fn parity(trained: &Trained, worth: &Worth) -> Result<Parity, ModelError> {
    let mut parity = Parity {
        cases: worth.table.rows(),
        largest_difference: 0.0,
        other_labels: 0,
    };
    for row in 0..worth.table.rows() {
        let own = trained.scores(worth.table.row(row))?;
        let differs = |own: f64, said: f64| {
            let difference = (own - said).abs() / own.abs().max(1.0);
            // No number is a difference too.
            if difference.is_nan() { 1.0 } else { difference }
        };
        let difference = match &worth.answers {
            Answers::Values { predicted, .. } => {
                differs(own.first().copied().unwrap_or(f64::NAN), predicted[row])
            }
            Answers::Classes {
                classes,
                probabilities,
                ..
            } => {
                let said = &probabilities[row * classes.len()..(row + 1) * classes.len()];
                let own = |class: &i64| {
                    let place = trained.classes().iter().position(|own| own == class);
                    place.and_then(|place| own.get(place)).copied()
                };
                let own: Vec<f64> = classes
                    .iter()
                    .map(|class| own(class).unwrap_or(f64::NAN))
                    .collect();
                // Of classes that are as likely as each other either may be named.
                let ahead = own[highest(&own)] - own[highest(said)];
                parity.other_labels += usize::from(ahead > PARITY);
                let pairs = own.iter().zip(said);
                let differences = pairs.map(|(own, said)| differs(*own, *said));
                differences.fold(0.0, f64::max)
            }
        };
        parity.largest_difference = parity.largest_difference.max(difference);
    }
    Ok(parity)
}

/// Tells which text of a product it is: the SHA-256, in hex, of its declarations, statements and code.
pub(crate) fn revision(product: &DataProduct) -> Result<String, SdkError> {
    let mut text = Vec::new();
    for ending in [".rs", ".sql", ".yaml"] {
        for path in product
            .files()
            .list("", ending)
            .map_err(SdkError::file(""))?
        {
            let bytes = product.files().read(&path).map_err(SdkError::file(&path))?;
            text.extend(format!("{path} {}\n", bytes.len()).into_bytes());
            text.extend(bytes);
        }
    }
    Ok(mesh_models::digest(&text))
}
