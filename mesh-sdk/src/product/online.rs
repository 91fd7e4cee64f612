//! How a model goes on learning, as it is declared -> as it is done.

use mesh_models::{OnlineAlgorithm, Task};
use serde_json::Value;

use super::DatasetPlan;
use super::resolve::wrong;
use crate::declaration::{Model, Online};

/// How a model goes on learning.
#[derive(Clone, Debug)]
pub(crate) struct OnlinePlan {
    pub(crate) declared: Online,
    pub(crate) algorithm: OnlineAlgorithm,
    /// One SELECT that gives `answer`, the id of an answer, and `truth`, 1 or 0, for each row of `dataset` by itself.
    pub(crate) labels: String,
    pub(crate) dataset: String,
}

/// Nothing where it does not; or the field that is wrong, and why.
pub(super) fn plan(
    model: &Model,
    datasets: &[DatasetPlan],
) -> Result<Option<OnlinePlan>, (String, String)> {
    let Some(online) = &model.online else {
        return Ok(None);
    };
    if model.predicts != Task::YesOrNo {
        let message = format!(
            "a row at a time yes and no can be learned; this model tells {}: leave it out",
            model.predicts.in_words()
        );
        return Err((String::new(), message));
    }
    if model.features.components.is_some() {
        let message = "principal components cannot be learned a row at a time: leave out features.components, or this";
        return Err((String::new(), message.to_owned()));
    }
    let Some(labels) = &model.watch.labels else {
        let message =
            "it learns from answers whose truth is known: say in watch.labels where that is told";
        return Err((String::new(), message.to_owned()));
    };
    // A label of no answer, or that tells nothing, must not keep those behind it from being read.
    let truth = "TRY_CAST(truth AS INT)";
    let labels = format!(
        "SELECT CAST(answer AS VARCHAR) AS answer, {truth} AS truth FROM ({labels}) WHERE answer IS NOT NULL AND {truth} IS NOT NULL"
    );
    let tables: Vec<_> = datasets
        .iter()
        .map(|dataset| (dataset.name.as_str(), dataset.contract.arrow_schema()))
        .collect();
    let (_, dataset) = mesh_storage::check_row_by_row(&labels, &tables)
        .map_err(|error| (String::new(), format!("watch.labels: {error}")))?;
    let dataset = dataset.map_err(|reason| {
        let message = format!(
            "new labels are read row by row, and watch.labels cannot be: {reason}; have it read one dataset whose rows are labels"
        );
        (String::new(), message)
    })?;
    let parameters = Value::Object(online.parameters.clone());
    let algorithm = OnlineAlgorithm::named(online.algorithm.name(), &parameters);
    let algorithm = algorithm.map_err(wrong("parameters"));
    Ok(Some(OnlinePlan {
        algorithm: algorithm.map_err(|(field, message)| (format!(".{field}"), message))?,
        declared: online.clone(),
        labels,
        dataset,
    }))
}
