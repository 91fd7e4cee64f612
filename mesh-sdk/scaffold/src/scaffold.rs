//! A new data product: a template, answered, and its starting content.

mod contents;
mod model;
mod names;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::infer::{ContractNames, InferOptions, Inferred, PLATFORM, infer};
use crate::record::{self, Record};
use crate::templates::{Answers, Files};
use crate::version::Version;
use crate::{ScaffoldError, Templates, disk};
use contents::{Contents, Data};
use names::Names;

/// A product to be made. What is required is named at once, the rest has defaults.
#[derive(Clone, Debug)]
pub struct Scaffold {
    name: String,
    domain: String,
    template: String,
    version: Option<String>,
    team: Option<String>,
    csv: Option<PathBuf>,
    options: InferOptions,
    target: Option<String>,
    mesh_schema: Option<String>,
    answers: Answers,
}

/// A product that is made, and not yet written.
#[derive(Debug)]
pub struct NewProduct {
    files: Files,
    inferred: Inferred,
    notes: Vec<String>,
}

impl Scaffold {
    /// A product `name` of `domain`, made from `template`.
    pub fn new(name: &str, domain: &str, template: &str) -> Scaffold {
        Scaffold {
            name: name.to_owned(),
            domain: domain.to_owned(),
            template: template.to_owned(),
            version: None,
            team: None,
            csv: None,
            options: InferOptions::default(),
            target: None,
            mesh_schema: None,
            answers: Answers::default(),
        }
    }

    /// Of the template; the newest without this.
    #[must_use]
    pub fn version(mut self, version: &str) -> Scaffold {
        self.version = Some(version.to_owned());
        self
    }

    /// Who owns the product, for people.
    #[must_use]
    pub fn team(mut self, team: &str) -> Scaffold {
        self.team = Some(team.to_owned());
        self
    }

    /// The data that the product starts from; the template's example without this.
    #[must_use]
    pub fn csv(mut self, file: impl Into<PathBuf>) -> Scaffold {
        self.csv = Some(file.into());
        self
    }

    /// How the data is read.
    #[must_use]
    pub fn options(mut self, options: InferOptions) -> Scaffold {
        self.options = options;
        self
    }

    /// The column that a model learns to predict, by its name or header; the last that could be one without this.
    #[must_use]
    pub fn target(mut self, column: &str) -> Scaffold {
        self.target = Some(column.to_owned());
        self
    }

    /// The JSON Schema of `mesh.yaml`, for editors.
    #[must_use]
    pub fn mesh_schema(mut self, schema: &str) -> Scaffold {
        self.mesh_schema = Some(schema.to_owned());
        self
    }

    /// The answer to a question of the template that this type has no method for.
    #[must_use]
    pub fn answer(mut self, question: &str, answer: impl Into<Value>) -> Scaffold {
        self.answers.insert(question, answer);
        self
    }

    /// Reads the data and renders the template. Writes nothing.
    ///
    /// # Errors
    /// A name that cannot stand in an address, data that is no CSV, or a column that no model can predict.
    pub fn build(&self, templates: &Templates) -> Result<NewProduct, ScaffoldError> {
        names::check("name of a product", &self.name)?;
        names::check("name of a domain", &self.domain)?;
        let version = match &self.version {
            Some(version) => templates.version(&self.template, version)?,
            None => templates.newest(&self.template)?,
        };
        let data = self.data(templates, version)?;
        let inferred = infer(data.open()?, &self.options)?;
        let source = data.name();
        let names = Names::of(&self.name, &source);
        let mut contents = Contents::default();
        let mut notes: Vec<String> = inferred.notes().to_vec();
        let mut answers = self.answers(&names, &source, &inferred);
        let contract = self.contract(&names.contract(), &names.dataset, &source);
        let mut label = None;
        if templates.asks(&self.template, version, "model")? {
            let model = model::plan(&inferred, self.target.as_deref(), &names)?;
            label = Some(model.target());
            notes.push(model.note());
            answers.insert("model", model.answers());
            let scores = self.contract(&names.scores_contract(), &names.scores(), &source);
            let yaml = inferred.scores_yaml(&scores, model.target(), &model.written(&inferred));
            contents.contract(&scores.name, yaml);
        }
        contents.contract(&contract.name, inferred.data_yaml(&contract, label));
        let rows = contents.data(&names.dataset, &inferred, &data)?;
        if rows < inferred.rows() {
            notes.push(format!(
                "The product starts with the first {rows} rows; post the others to its port."
            ));
        }
        if let Some(schema) = &self.mesh_schema {
            contents.schema(schema);
        }
        let mut files = templates.render(&self.template, &version.to_string(), &answers)?;
        let record = Record {
            template: self.template.clone(),
            version: version.to_string(),
            answers,
            starting_content: contents.paths(),
        };
        files.extend(contents.into_files());
        files.insert(record::PATH.into(), record.to_yaml().into_bytes());
        Ok(NewProduct {
            files,
            inferred,
            notes,
        })
    }

    fn answers(&self, names: &Names, source: &str, inferred: &Inferred) -> Answers {
        let mut answers = self.answers.clone();
        let [event_id, received_at] = PLATFORM.map(|name| inferred.free_name(name));
        answers.insert("name", self.name.as_str());
        answers.insert("domain", self.domain.as_str());
        answers.insert("team", self.owner());
        answers.insert(
            "dataset",
            json!({
                "name": names.dataset,
                "title": crate::infer::title(&names.dataset),
                "port": names.contract(),
                "contract": names.contract(),
                "per_day": names.per_day(),
                "per_day_contract": names.per_day().replace('_', "-"),
                "source": source,
                "event_id": event_id,
                "received_at": received_at,
                "made_up": self.csv.is_none(),
            }),
        );
        answers
    }

    fn owner(&self) -> String {
        let default = || format!("{} data team", crate::infer::title(&self.domain));
        self.team.clone().unwrap_or_else(default)
    }

    fn contract(&self, contract: &str, dataset: &str, source: &str) -> ContractNames {
        ContractNames {
            domain: self.domain.clone(),
            product: self.name.clone(),
            name: contract.to_owned(),
            dataset: dataset.to_owned(),
            version: "0.1.0".to_owned(),
            status: "draft".to_owned(),
            team: self.owner(),
            source: source.to_owned(),
        }
    }

    fn data<'a>(
        &'a self,
        templates: &'a Templates,
        version: Version,
    ) -> Result<Data<'a>, ScaffoldError> {
        match &self.csv {
            Some(path) => Ok(Data::File(path)),
            None => templates
                .example(&self.template, version)
                .map(Data::Example),
        }
    }
}

impl NewProduct {
    /// Path relative to the product's folder, and content.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// What the data holds, column by column.
    pub fn inferred(&self) -> &Inferred {
        &self.inferred
    }

    /// What is worth knowing before the first edit, a sentence each.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Makes the folder, whole or not at all.
    ///
    /// # Errors
    /// [`ScaffoldError::NotEmpty`] if there is something in it already.
    pub fn write(&self, folder: &Path) -> Result<(), ScaffoldError> {
        disk::create(folder, &self.files)
    }
}
