use std::collections::BTreeMap;

use mesh_contracts::{Contract, Port as DeclaredPort, ProductDescription};

use crate::declaration::{Dataset, Declaration, FILE, Model, Source, StartingData};
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
        let datasets = datasets(&description, &declaration)?;
        let ports = ports(&description, &datasets)?;
        let models = models(&declaration, &datasets, &ports)?;
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

fn datasets(
    description: &ProductDescription,
    declaration: &Declaration,
) -> Result<Vec<DatasetPlan>, SdkError> {
    let outputs = description.output_ports();
    for port in outputs {
        if !declaration.datasets.contains_key(port.name()) {
            let message = format!(
                "output port {} has no dataset here; the datasets are {}",
                port.name(),
                names(declaration.datasets.keys())
            );
            return Err(SdkError::declaration("datasets", message));
        }
    }
    let plan = |(name, dataset): (&String, &Dataset)| {
        let path = format!("datasets.{name}");
        let port = outputs
            .iter()
            .find(|port| port.name() == name)
            .ok_or_else(|| {
                let message =
                    "no output port of this name in product.odps.yaml gives it a contract";
                SdkError::declaration(&path, message)
            })?;
        Ok(DatasetPlan {
            name: name.clone(),
            contract: published(port.contract_id(), port.version(), &path)?,
            from: dataset.from.clone(),
            starting_data: dataset.starting_data.clone(),
        })
    };
    declaration.datasets.iter().map(plan).collect()
}

fn ports(
    description: &ProductDescription,
    datasets: &[DatasetPlan],
) -> Result<Vec<InputPort>, SdkError> {
    let declared = description.input_ports();
    for dataset in datasets {
        if let Source::Port(port) = &dataset.from
            && !declared.iter().any(|input| input.name() == port)
        {
            let path = format!("datasets.{}.from.port", dataset.name);
            let known = names(declared.iter().map(|input| input.name()));
            let message = format!("product.odps.yaml has no input port {port}; it has {known}");
            return Err(SdkError::declaration(path, message));
        }
    }
    let plan = |input: &DeclaredPort| {
        let from = Source::Port(input.name().to_owned());
        let dataset = datasets
            .iter()
            .find(|dataset| dataset.from == from)
            .ok_or_else(|| {
                let message = format!(
                    "no dataset takes what comes in at input port {}",
                    input.name()
                );
                SdkError::declaration("datasets", message)
            })?;
        let path = format!("datasets.{}", dataset.name);
        let contract = published(input.contract_id(), input.version(), &path)?;
        if contract.id() != dataset.contract.id() {
            let message = format!(
                "input port {} and output port {} name different contracts",
                input.name(),
                dataset.name
            );
            return Err(SdkError::declaration(path, message));
        }
        Ok(InputPort {
            name: input.name().to_owned(),
            contract,
            dataset: dataset.name.clone(),
        })
    };
    declared.iter().map(plan).collect()
}

fn models(
    declaration: &Declaration,
    datasets: &[DatasetPlan],
    ports: &[InputPort],
) -> Result<Vec<ModelPlan>, SdkError> {
    let plan = |(name, model): (&String, &Model)| {
        let path = |field: &str| format!("models.{name}.{field}");
        let input = ports
            .iter()
            .find(|port| port.name() == model.input)
            .ok_or_else(|| {
                let known = names(ports.iter().map(InputPort::name));
                let message = format!("no input port {}; the ports are {known}", model.input);
                SdkError::declaration(path("input"), message)
            })?;
        let properties = input.contract.schema().properties();
        if let Some(unknown) = model.features.all().find(|feature| {
            !properties
                .iter()
                .any(|property| property.name() == *feature)
        }) {
            let known = names(properties.iter().map(|property| property.name()));
            let message = format!(
                "{unknown} is not in contract {}: {known}",
                input.contract.name()
            );
            return Err(SdkError::declaration(path("features"), message));
        }
        if !(0.05..=0.95).contains(&model.training.held_out) {
            let message = "a share between 0.05 and 0.95 of the cases";
            return Err(SdkError::declaration(path("training.held_out"), message));
        }
        let dataset = datasets
            .iter()
            .find(|dataset| dataset.from == Source::Model(name.clone()))
            .ok_or_else(|| {
                let message =
                    format!("no dataset keeps the scores: add one with from: {{ model: {name} }}");
                SdkError::declaration("datasets", message)
            })?;
        let answered = dataset.contract.schema().properties();
        if !answered
            .iter()
            .any(|property| property.name() == model.answer)
        {
            let message = format!("contract {} has no such property", dataset.contract.name());
            return Err(SdkError::declaration(path("answer"), message));
        }
        Ok(ModelPlan {
            name: name.clone(),
            declared: model.clone(),
            input: input.contract.clone(),
            output: dataset.contract.clone(),
            dataset: dataset.name.clone(),
        })
    };
    declaration.models.iter().map(plan).collect()
}

fn published(id: &str, version: &str, path: &str) -> Result<Contract, SdkError> {
    mesh_contracts::published::find(id, Some(version)).ok_or_else(|| {
        let all = mesh_contracts::published::all();
        let known = all
            .iter()
            .map(|contract| format!("{} {}", contract.id(), contract.version()));
        let message = format!(
            "no contract {id} {version} is published; there are {}",
            known.collect::<Vec<_>>().join(", ")
        );
        SdkError::declaration(path, message)
    })
}

fn names<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> String {
    let names: Vec<String> = names
        .into_iter()
        .map(|name| name.as_ref().to_owned())
        .collect();
    names.join(", ")
}
