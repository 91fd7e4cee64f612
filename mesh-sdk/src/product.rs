mod contracts;
mod online;
mod recipe;
pub(crate) mod resolve;
mod sink_limits;
mod watching;
mod windowing;

use std::collections::BTreeMap;
use std::path::Path;

use mesh_contracts::{Contract, ProductDescription};
use mesh_models::{Measure, Pipeline, Search};

use self::contracts::Contracts;
use crate::admitted::Admitted;
use crate::code::{Code, CodeTransform};
use crate::declaration::{Declaration, FILE, Model, Source, StartingData};
use crate::watching::Rule;
use crate::{ProductFiles, SdkError};

pub(crate) use online::OnlinePlan;
pub(crate) use recipe::{Recipe, When, Work};
pub(crate) use sink_limits::SinkLimits;
pub(crate) use windowing::Windowing;

const DESCRIPTION: &str = "product.odps.yaml";

/// A data product as declared: read, parsed and checked, not yet running.
#[derive(Clone, Debug)]
pub struct DataProduct {
    files: ProductFiles,
    description: ProductDescription,
    ports: Vec<InputPort>,
    datasets: Vec<DatasetPlan>,
    models: Vec<ModelPlan>,
    code: Code,
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
    /// How it is made, where it is not events that fill it.
    pub(crate) recipe: Option<Recipe>,
    /// The versions of its contract whose events fill it.
    pub(crate) admitted: Admitted,
    pub(crate) sink: SinkLimits,
}

/// Whose events travel on a topic.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Events<'a> {
    Port(&'a str),
    /// What a model is asked by messages.
    Requests(&'a str),
    /// What a model answers.
    Model(&'a str),
    /// What asks for a model to be trained.
    Training(&'a str),
    /// What the rules of a model alert of.
    Alerts(&'a str),
}

impl DatasetPlan {
    /// Where its rows come from, in words.
    pub(crate) fn origin(&self) -> String {
        let made = match &self.from {
            Source::Port(port) => return format!("input port {port}"),
            Source::Model(model) => return format!("the answers of model {model}"),
            Source::File(file) => return format!("file {file}"),
            Source::Sql(file) => file.clone(),
            Source::Code(_) => "code of the product".to_owned(),
        };
        let reads = self.recipe.iter().flat_map(|recipe| &recipe.reads);
        let reads: Vec<&str> = reads.map(String::as_str).collect();
        let recipe = self.recipe.as_ref();
        let windowing = recipe.and_then(|recipe| match &recipe.work {
            Work::Windows { windowing, .. } => Some(windowing),
            _ => None,
        });
        if let Some(windowing) = windowing {
            let windows = windowing.in_words();
            return format!("{made} over {} in {windows}", reads.join(", "));
        }
        let when = match recipe.map(|recipe| &recipe.when) {
            Some(When::Schedule(cron)) => format!("refreshed at {cron} UTC"),
            _ => "refreshed on commit".to_owned(),
        };
        format!("{made} over {}, {when}", reads.join(", "))
    }

    /// The events that fill it; none if it is made from something else.
    pub(crate) fn events(&self) -> Option<Events<'_>> {
        match &self.from {
            Source::Port(port) => Some(Events::Port(port)),
            Source::Model(model) => Some(Events::Model(model)),
            Source::File(_) | Source::Sql(_) | Source::Code(_) => None,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct ModelPlan {
    pub(crate) name: String,
    pub(crate) declared: Model,
    pub(crate) pipeline: Pipeline,
    /// How its hyper-parameters are found, where they are not declared alone.
    pub(crate) search: Option<Search>,
    /// The measure by which two versions are compared.
    pub(crate) compare_by: Measure,
    /// The datasets that the training query reads, each with the version of its contract.
    pub(crate) learns_from: BTreeMap<String, String>,
    /// When it is trained without being asked, in UTC.
    pub(crate) schedule: Option<croner::Cron>,
    /// What is done about what is found while it answers.
    pub(crate) rules: Vec<Rule>,
    pub(crate) online: Option<OnlinePlan>,
    /// Of a call to the scoring port.
    pub(crate) input: Contract,
    /// The versions of it that a request may keep.
    pub(crate) admitted: Admitted,
    /// Requests that may wait, as many as answers may that are not yet stored.
    pub(crate) max_backlog: u64,
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
        let files = files.into();
        let text = |path: &str| files.read_text(path).map_err(SdkError::file(path));
        let description = ProductDescription::parse(DESCRIPTION, &text(DESCRIPTION)?)?;
        let yaml = text(FILE)?;
        let declaration = Declaration::parse(&yaml).map_err(SdkError::Documents)?;
        let contracts = Contracts::read(&files)?;
        let resolved = || -> Result<_, SdkError> {
            let datasets = resolve::datasets(&description, &declaration, &contracts, &files)?;
            let ports = resolve::ports(&description, &datasets, &contracts)?;
            let models = resolve::models(&declaration, &contracts, &datasets, &ports)?;
            Ok((datasets, ports, models))
        };
        let (datasets, ports, models) = resolved().map_err(|error| error.located(&yaml))?;
        Ok(DataProduct {
            files,
            description,
            ports,
            datasets,
            models,
            code: Code::default(),
        })
    }

    /// Gives the dataset `name`, declared with `from: { code: [...] }`, the code that makes it: the rows of the datasets
    /// it reads in, its own rows out.
    ///
    /// # Errors
    /// [`SdkError::Declaration`] if no dataset of this name is declared so.
    pub fn transform(
        mut self,
        name: &str,
        code: impl CodeTransform,
    ) -> Result<DataProduct, SdkError> {
        let made_by_code = |plan: &&DatasetPlan| matches!(&plan.from, Source::Code(_));
        let made = self.datasets.iter().filter(made_by_code);
        let names: Vec<&str> = made.map(|plan| plan.name.as_str()).collect();
        if !names.contains(&name) {
            let unknown = resolve::unknown("dataset made by code", name, names);
            return Err(SdkError::declaration("datasets", unknown));
        }
        self.code.add(name, code);
        Ok(self)
    }

    /// What changes whenever a file of the product in `folder` does: the names, sizes and times of all of them, but for hidden
    /// ones and what cargo builds.
    pub fn fingerprint(folder: &Path) -> String {
        let files = ProductFiles::Folder(folder.to_owned());
        let mut known = files.list("", "").unwrap_or_default();
        known.retain(|path| {
            let built = path.starts_with("target/");
            !built && !path.split('/').any(|part| part.starts_with('.'))
        });
        let known = known
            .into_iter()
            .map(|path| files.fingerprint(&path).unwrap_or(path));
        known.collect::<Vec<_>>().join("\n")
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

    /// Every version of every contract of the product, once.
    pub fn contracts(&self) -> Vec<&Contract> {
        let all = self.datasets.iter().map(|dataset| &dataset.contract);
        let by_version: BTreeMap<(&str, &str), &Contract> = all
            .map(|contract| ((contract.id(), contract.version()), contract))
            .collect();
        by_version.into_values().collect()
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

    pub(crate) fn code(&self) -> &Code {
        &self.code
    }

    /// The topic on which these events travel.
    pub(crate) fn topic(&self, from: Events<'_>) -> String {
        let (domain, product) = (self.domain(), self.name());
        match from {
            Events::Port(port) => format!("{domain}.{product}.{port}"),
            Events::Requests(model) => format!("{domain}.{product}.{model}.score.requests"),
            Events::Model(model) => format!("{domain}.{product}.{model}.score.results"),
            Events::Training(model) => format!("{domain}.{product}.{model}.train"),
            Events::Alerts(model) => format!("{domain}.{product}.{model}.alerts"),
        }
    }
}
