//! How the features of a model go with what it is to tell, over the rows that it learns from.

use std::collections::BTreeMap;
use std::sync::Arc;

use mesh_contracts::Contract;
use mesh_storage::{Dataset, Engine, StorageError, TableSource};
use schemars::JsonSchema;
use serde::Serialize;

use super::{FEWEST, Withheld, is_open};
use crate::product::ModelPlan;
use crate::sql;

/// Of each feature of a model with its target.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Correlations {
    pub model: String,
    /// Column of the training query.
    pub target: String,
    /// Datasets that the training query reads -> their versions.
    pub datasets: BTreeMap<String, u64>,
    /// That it gives.
    pub rows: u64,
    /// In the order of the declaration; nothing where they could not be reckoned.
    pub features: Option<Vec<Correlation>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Correlation {
    pub feature: String,
    /// Whether its contract lets everybody see what it is like.
    pub is_open: bool,
    /// Pearson's, -1 to 1; yes counts as 1 and no as 0. Over the rows that have both.
    pub value: Option<f64>,
    /// Why there is none.
    pub withheld: Option<Withheld>,
}

impl Correlations {
    /// What of them everybody may see.
    pub(super) fn public(&self) -> Correlations {
        let public = |it: &Correlation| match it.is_open {
            true => it.clone(),
            false => Correlation {
                feature: it.feature.clone(),
                value: None,
                withheld: Some(Withheld::Classified),
                ..*it
            },
        };
        let features = self.features.as_ref();
        Correlations {
            features: features.map(|features| features.iter().map(public).collect()),
            ..self.clone()
        }
    }
}

/// What a model of the product learns from.
pub(super) struct Learning {
    pub(super) model: String,
    pub(super) training: String,
    pub(super) target: String,
    pub(super) features: Vec<Feature>,
    pub(super) reads: Vec<Arc<Dataset>>,
}

pub(super) struct Feature {
    pub(super) name: String,
    pub(super) is_open: bool,
}

impl Learning {
    /// # Errors
    /// Where the training query cannot be planned.
    pub(super) fn of(
        plan: &ModelPlan,
        datasets: &[Arc<Dataset>],
    ) -> Result<Learning, StorageError> {
        let declared = &plan.declared;
        let schemas = datasets.iter();
        let schemas = schemas.map(|dataset| (dataset.name(), dataset.contract().arrow_schema()));
        let schemas: Vec<_> = schemas.collect();
        let checked = mesh_storage::check(&declared.training.sql, &schemas)?;
        let read = |dataset: &&Arc<Dataset>| checked.reads.iter().any(|it| it == dataset.name());
        let feature = |name: &String| Feature {
            name: name.clone(),
            is_open: is_open(class(&plan.input, name)),
        };
        Ok(Learning {
            model: plan.name.clone(),
            training: declared.training.sql.clone(),
            target: declared.training.target.clone(),
            features: declared.features.all().map(feature).collect(),
            reads: datasets.iter().filter(read).cloned().collect(),
        })
    }

    pub(super) fn versions(&self) -> BTreeMap<String, u64> {
        let reads = self.reads.iter();
        reads
            .map(|dataset| (dataset.name().to_owned(), dataset.info().version))
            .collect()
    }

    /// # Errors
    /// As [`Engine::query`].
    pub(super) async fn correlations(&self, engine: &Engine) -> Result<Correlations, StorageError> {
        let newest: Vec<_> = self.reads.iter().map(|it| it.newest()).collect();
        let names = self.reads.iter().map(|dataset| dataset.name().to_owned());
        let versions = newest.iter().map(|version| version.version());
        let datasets = names.clone().zip(versions).collect();
        let tables = names.zip(newest.into_iter().map(TableSource::Version));
        let rows = engine.query_over(&self.statement(), tables).await?;
        let rows: Vec<BTreeMap<String, Option<f64>>> = sql::read(rows).await?;
        let answer = rows.into_iter().next().unwrap_or_default();
        let number = |name: String| answer.get(&name).copied().flatten();
        let features = self.features.iter().enumerate();
        let told = features.map(|(place, feature)| {
            let rows = number(format!("rows_{place}")).unwrap_or(0.0);
            let value = number(format!("value_{place}"));
            feature.told(rows, value)
        });
        Ok(Correlations {
            rows: number("rows".to_owned()).unwrap_or(0.0) as u64,
            features: Some(told.collect()),
            datasets,
            ..self.unknown()
        })
    }

    /// What is told where they could not be reckoned.
    pub(super) fn unknown(&self) -> Correlations {
        Correlations {
            model: self.model.clone(),
            target: self.target.clone(),
            datasets: self.versions(),
            rows: 0,
            features: None,
        }
    }

    fn statement(&self) -> String {
        let target = format!("CAST({} AS DOUBLE)", sql::name(&self.target));
        let asked = self.features.iter().enumerate();
        let asked = asked.map(|(place, feature)| {
            let feature = format!("CAST({} AS DOUBLE)", sql::name(&feature.name));
            format!(
                ", CAST(regr_count({target}, {feature}) AS DOUBLE) AS rows_{place}, \
                 corr({feature}, {target}) AS value_{place}"
            )
        });
        let asked: String = asked.collect();
        // It may end in a semicolon, or in a comment.
        let training = self.training.trim_end().trim_end_matches(';');
        format!("SELECT CAST(count(*) AS DOUBLE) AS rows{asked} FROM ({training}\n)")
    }
}

impl Feature {
    fn told(&self, rows: f64, value: Option<f64>) -> Correlation {
        let (value, withheld) = match value.filter(|value| value.is_finite()) {
            _ if rows < FEWEST as f64 => (None, Some(Withheld::FewRows)),
            None => (None, Some(Withheld::Constant)),
            Some(value) => (Some((value * 100.0).round() / 100.0), None),
        };
        Correlation {
            feature: self.name.clone(),
            is_open: self.is_open,
            value,
            withheld,
        }
    }
}

/// Of a field that a call to the model has.
fn class<'a>(input: &'a Contract, feature: &str) -> Option<&'a str> {
    let mut properties = input.schema().properties().iter();
    properties
        .find(|property| property.name() == feature)?
        .classification()
}
