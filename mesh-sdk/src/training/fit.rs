//! Cases -> a version.

use std::time::Instant;

use chrono::Utc;
use mesh_models::{Model, ModelError, Trained, Watch};

use super::cases::{Cases, HeldOut};
use super::worth::Worth;
use crate::product::ModelPlan;
use crate::registry::{ModelVersion, Parity, Registry, Stage};
use crate::watching::Reference;
use crate::{DataProduct, SdkError};

/// What training gave.
pub(crate) enum Made {
    New(Box<ModelVersion>),
    /// This version is the same, byte for byte.
    Same(u64),
}

/// Trains a version and keeps it, unless it is there already. Takes as long as it takes; call it where blocking is allowed.
pub(crate) fn train(
    plan: &ModelPlan,
    revision: &str,
    cases: &Cases,
    held_out: &HeldOut,
    registry: &Registry,
    watch: Watch<'_>,
) -> Result<Made, SdkError> {
    let began = Instant::now();
    let (table, target) = cases.to_learn_from(plan)?;
    let trained = plan.pipeline.fit_watched(&table, &target, watch)?;
    let onnx = trained.to_onnx()?;
    let sha256 = mesh_models::digest(&onnx);
    let is_the_same = |version: &ModelVersion| {
        version.sha256 == sha256 && version.is_trained_by(plan) && version.imported.is_none()
    };
    let versions = registry.versions()?;
    if let Some(same) = versions.iter().rev().find(|version| is_the_same(version)) {
        return Ok(Made::Same(same.version));
    }
    let model = Model::from_onnx(&onnx)?;
    let worth = Worth::of(&model, held_out, plan.declared.training.seed)?;
    let reference = Reference::of(plan, &held_out.labels, &worth)?;
    let version = ModelVersion {
        model: plan.name.clone(),
        version: registry.next()?,
        stage: Stage::Staging,
        description: plan.declared.description.clone(),
        algorithm: plan.declared.algorithm.name().to_owned(),
        parameters: plan.declared.parameters.clone(),
        trained_at: Utc::now(),
        duration_seconds: Some(began.elapsed().as_secs_f64()),
        revision: Some(revision.to_owned()),
        sha256,
        features: plan.declared.features.all().cloned().collect(),
        trained_on: cases.named(plan),
        imported: None,
        parity: Some(parity(&trained, &worth)?),
        evaluation: worth.evaluation,
        report: Some(worth.report),
        importance: worth.importance,
    };
    registry.add(&version, &onnx, &reference)?;
    Ok(Made::New(Box::new(version)))
}

/// Whether the artifact answers as what was trained does.
fn parity(trained: &Trained, worth: &Worth) -> Result<Parity, ModelError> {
    let mut parity = Parity {
        cases: worth.table.rows(),
        largest_difference: 0.0,
        other_labels: 0,
    };
    let yes = trained.classes().iter().position(|class| *class == 1);
    for (row, probability) in worth.probabilities.iter().enumerate() {
        let own = trained.scores(worth.table.row(row))?;
        let own = yes.and_then(|yes| own.get(yes)).copied();
        let own = own.unwrap_or(f64::NAN);
        let difference = (own - probability).abs();
        // No number is a difference too.
        let difference = if difference.is_nan() { 1.0 } else { difference };
        parity.largest_difference = parity.largest_difference.max(difference);
        parity.other_labels += usize::from((own > 0.5) != (*probability > 0.5));
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
