mod resolve;

use std::collections::BTreeMap;

use mesh_contracts::{Contract, ProductDescription};

use crate::declaration::{Declaration, FILE, Model, Source, StartingData};
use crate::{ProductFiles, SdkError};

/// A data product as declared: read, parsed and checked, not yet running.
#[derive(Clone, Debug)]
pub struct DataProduct {
    files: ProductFiles,
    description: ProductDescription,
    ports: Vec<InputPort>,
    datasets: Vec<DatasetPlan>,
    models: Vec<ModelPlan>,
}

/// An input port: what may be posted to it, and where it goes.
#[derive(Clone, Debug)]
pub struct InputPort {
    name: String,
    contract: Contract,
    dataset: String,
}

impl InputPort {
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// The dataset that keeps what is posted.
    pub fn dataset(&self) -> &str {
        &self.dataset
    }
}

/// A scoring port: what is sent to it, what comes back, and where that is kept.
#[derive(Clone, Copy, Debug)]
pub struct ScoringPort<'a> {
    pub model: &'a str,
    pub description: &'a str,
    pub input: &'a Contract,
    pub output: &'a Contract,
    pub dataset: &'a str,
}

#[derive(Clone, Debug)]
pub(crate) struct DatasetPlan {
    pub(crate) name: String,
    pub(crate) contract: Contract,
    pub(crate) from: Source,
    pub(crate) starting_data: Option<StartingData>,
}

#[derive(Clone, Debug)]
pub(crate) struct ModelPlan {
    pub(crate) name: String,
    pub(crate) declared: Model,
    /// Of a call to the scoring port.
    pub(crate) input: Contract,
    /// Of its answer, which is also a row of `dataset`.
    pub(crate) output: Contract,
    pub(crate) dataset: String,
}

impl DataProduct {
    /// Reads `product.odps.yaml` and `mesh.yaml`, and finds the contracts that they name.
    ///
    /// # Errors
    /// [`SdkError`] that names the file, the place in it, what is wrong and what would be right.
    pub fn from_files(files: impl Into<ProductFiles>) -> Result<DataProduct, SdkError> {
        const DESCRIPTION: &str = "product.odps.yaml";
        let files = files.into();
        let text = |path: &str| -> Result<String, SdkError> {
            let bytes = files.read(path).map_err(SdkError::file(path))?;
            String::from_utf8(bytes).map_err(|_| {
                SdkError::file(path)(std::io::Error::from(std::io::ErrorKind::InvalidData))
            })
        };
        let description = ProductDescription::parse(DESCRIPTION, &text(DESCRIPTION)?)?;
        let declaration = Declaration::parse(&text(FILE)?)?;
        let datasets = resolve::datasets(&description, &declaration)?;
        let ports = resolve::ports(&description, &datasets)?;
        let models = resolve::models(&declaration, &datasets, &ports)?;
        Ok(DataProduct {
            files,
            description,
            ports,
            datasets,
            models,
        })
    }

    pub fn name(&self) -> &str {
        self.description.name()
    }

    pub fn domain(&self) -> &str {
        self.description.domain()
    }

    /// The self-description (ODPS).
    pub fn description(&self) -> &ProductDescription {
        &self.description
    }

    pub fn input_ports(&self) -> &[InputPort] {
        &self.ports
    }

    /// Name, description and contract of each output port, which is also the dataset it lets read.
    pub fn output_ports(&self) -> impl Iterator<Item = (&str, &str, &Contract)> {
        let ports = self.description.output_ports().iter();
        ports.filter_map(|port| {
            let dataset = self
                .datasets
                .iter()
                .find(|dataset| dataset.name == port.name())?;
            Some((port.name(), port.description(), &dataset.contract))
        })
    }

    /// The scoring port of each model.
    pub fn scoring_ports(&self) -> impl Iterator<Item = ScoringPort<'_>> {
        self.models.iter().map(|plan| ScoringPort {
            model: &plan.name,
            description: &plan.declared.description,
            input: &plan.input,
            output: &plan.output,
            dataset: &plan.dataset,
        })
    }

    /// Every contract of the product, once.
    pub fn contracts(&self) -> Vec<&Contract> {
        let all = self.datasets.iter().map(|dataset| &dataset.contract);
        let by_id: BTreeMap<&str, &Contract> =
            all.map(|contract| (contract.id(), contract)).collect();
        by_id.into_values().collect()
    }

    pub(crate) fn files(&self) -> &ProductFiles {
        &self.files
    }

    pub(crate) fn datasets(&self) -> &[DatasetPlan] {
        &self.datasets
    }

    pub(crate) fn models(&self) -> &[ModelPlan] {
        &self.models
    }

    /// The name for ever of a port: the catalog resolves it to today's address.
    pub fn urn(&self, port: &str, contract: &Contract) -> String {
        let major = contract.version().split('.').next().unwrap_or_default();
        format!("urn:mesh:{}:{}:{port}:{major}", self.domain(), self.name())
    }

    /// The topic on which the events of an input port or a model travel.
    pub(crate) fn topic(&self, from: &Source) -> String {
        let (domain, product) = (self.domain(), self.name());
        match from {
            Source::Port(port) => format!("{domain}.{product}.{port}"),
            Source::Model(model) => format!("{domain}.{product}.{model}.scores"),
        }
    }
}
