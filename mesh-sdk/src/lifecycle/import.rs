//! A version that was trained elsewhere, and comes as an ONNX file.

use chrono::Utc;
use mesh_models::{Model, ModelError, Task};
use serde_json::Map;

use super::{Lifecycle, LifecycleError};
use crate::product::ModelPlan;
use crate::registry::{Imported, ModelVersion, Stage, contract_named};
use crate::scoring::said::ascending;
use crate::training::{Cases, MAX_CLASSES, WHOLE_BELOW, Worth};
use crate::watching::Reference;

/// What brought a version.
pub(crate) struct Import<'a> {
    pub(crate) onnx: &'a [u8],
    pub(crate) by: &'a str,
    pub(crate) origin: &'a str,
}

impl Lifecycle {
    /// Keeps a file as a new version in Staging, measured on the cases held out. Takes as long as scoring those does; call it
    /// where blocking is allowed.
    pub(crate) fn import(
        &self,
        import: &Import<'_>,
        cases: &Cases,
    ) -> Result<ModelVersion, LifecycleError> {
        let model = readable(&self.plan, import.onnx).map_err(LifecycleError::Refused)?;
        if let (Task::Class, Some(class)) = (
            self.plan.declared.predicts,
            cases.unknown_class(model.classes()),
        ) {
            let reason = format!("it does not know class {class}, which is one of the cases");
            return Err(LifecycleError::Refused(ModelError::InvalidModel { reason }));
        }
        let held_out = cases.held_out(&self.plan)?;
        let worth = Worth::of(&self.plan, &model, &held_out).map_err(LifecycleError::Refused)?;
        let reference = Reference::of(&self.plan, &worth)?;
        let version = |version| ModelVersion {
            model: self.plan.name.clone(),
            version,
            stage: Stage::Staging,
            description: self.plan.declared.description.clone(),
            predicts: self.plan.declared.predicts,
            algorithm: "imported".to_owned(),
            parameters: Map::new(),
            searched: None,
            input: Some(contract_named(&self.plan.input)),
            encoded: None,
            trained_at: Utc::now(),
            duration_seconds: None,
            revision: None,
            sha256: mesh_models::digest(import.onnx),
            features: model.features().to_vec(),
            trained_on: cases.named(&self.plan),
            answers: None,
            imported: Some(Imported {
                by: import.by.to_owned(),
                origin: import.origin.to_owned(),
            }),
            evaluation: worth.evaluation,
            report: Some(worth.report),
            importance: worth.importance,
            parity: None,
        };
        Ok(self.registry.add(import.onnx, &reference, version)?)
    }
}

/// The model of a file, if it can answer for the plan. A file whose tool named no features has them in the order in which they
/// are declared.
fn readable(plan: &ModelPlan, onnx: &[u8]) -> Result<Model, ModelError> {
    let mut model = Model::from_onnx(onnx)?;
    let refused = |reason: String| ModelError::InvalidModel { reason };
    let classes = ascending(model.classes());
    let tells = match classes.as_slice() {
        [] => "a quantity".to_owned(),
        classes => format!("{classes:?} apart"),
    };
    let wanted = match plan.declared.predicts {
        Task::YesOrNo if classes != [0, 1] => Some("answers yes or no, as 1 or 0"),
        Task::Class if !(2..=MAX_CLASSES).contains(&classes.len()) => {
            Some("tells classes apart, 2 to 100")
        }
        Task::Class
            if classes
                .iter()
                .any(|class| class.unsigned_abs() >= WHOLE_BELOW) =>
        {
            Some("tells classes apart whose codes are below 16777216")
        }
        Task::Quantity if !classes.is_empty() => Some("tells a quantity"),
        _ => None,
    };
    if let Some(wanted) = wanted {
        return Err(refused(format!(
            "it tells {tells}, and this model {wanted}"
        )));
    }
    let declared: Vec<String> = plan.declared.features.all().cloned().collect();
    let unknown = |feature: &&String| !declared.contains(feature);
    let strange: Vec<_> = model.features().iter().filter(unknown).collect();
    if strange.is_empty() {
        return Ok(model);
    }
    if strange.len() < model.features().len() || declared.len() != strange.len() {
        return Err(refused(format!(
            "it takes {:?}; name them as they are declared, {declared:?}, or take one input of {} columns in that order",
            model.features(),
            declared.len()
        )));
    }
    model.rename_features(declared)?;
    Ok(model)
}
