//! Templates as files: `<template>/<version>/template.yaml`, `example.csv` and `files/`.
//!
//! Every version that a product was ever made from stays, since an upgrade renders it again.

mod folder;
mod render;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ScaffoldError;
use crate::version::Version;

static BUILTIN: Dir = include_dir!("$CARGO_MANIFEST_DIR/../../templates");

const MANIFEST: &str = "template.yaml";
const EXAMPLE: &str = "example.csv";
const FILES: &str = "files/";

/// The files of a product: path relative to its folder -> content.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// What a product answered to the questions of its template.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Answers(serde_json::Map<String, Value>);

impl Answers {
    /// Answers a question, or answers it anew.
    pub fn insert(&mut self, question: &str, answer: impl Into<Value>) {
        self.0.insert(question.to_owned(), answer.into());
    }

    fn get(&self, question: &str) -> Option<&Value> {
        self.0.get(question)
    }

    pub(crate) fn to_value(&self) -> Value {
        Value::Object(self.0.clone())
    }
}

/// `template.yaml`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    description: String,
    /// Whose files are this one's too, unless it has files of the same names.
    extends: Option<Extends>,
    #[serde(default)]
    questions: Vec<Question>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Extends {
    template: String,
    version: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    name: String,
    description: String,
    /// The answer of products that were made before there was the question.
    default: Option<Value>,
}

struct Template {
    manifest: Manifest,
    example: Option<Vec<u8>>,
    /// Below `files/`, before rendering.
    files: BTreeMap<String, Vec<u8>>,
}

/// What products are made from.
pub struct Templates {
    templates: BTreeMap<String, BTreeMap<Version, Template>>,
}

impl Templates {
    /// Those that are built in.
    ///
    /// # Errors
    /// None in a build whose tests pass.
    pub fn builtin() -> Result<Templates, ScaffoldError> {
        let mut files = BTreeMap::new();
        folder::embedded(&BUILTIN, &mut files);
        Templates::from_files(files)
    }

    /// Those in a folder.
    ///
    /// # Errors
    /// The file that cannot be read, or what is wrong in a `template.yaml`.
    pub fn from_dir(folder: &Path) -> Result<Templates, ScaffoldError> {
        Templates::from_files(folder::on_disk(folder)?)
    }

    /// Name, newest version and description of each.
    pub fn list(&self) -> impl Iterator<Item = (&str, String, &str)> {
        self.templates.iter().filter_map(|(name, versions)| {
            let (version, template) = versions.last_key_value()?;
            let description = template.manifest.description.as_str();
            Some((name.as_str(), version.to_string(), description))
        })
    }

    /// The files that a version of a template gives a product with these answers. The same, byte by byte, every time. A file
    /// of which nothing is left is not there: so a template leaves out one of the template that it extends.
    ///
    /// # Errors
    /// An unknown template or version, a question without an answer, or a mistake in the template.
    pub fn render(
        &self,
        template: &str,
        version: &str,
        answers: &Answers,
    ) -> Result<Files, ScaffoldError> {
        let version = self.version(template, version)?;
        let chain = self.chain(template, version)?;
        let answers = complete(&chain, answers)?;
        let mut sources: BTreeMap<&str, (&Link<'_>, &[u8])> = BTreeMap::new();
        for link in &chain {
            let files = link.template.files.iter();
            sources.extend(files.map(|(path, bytes)| (path.as_str(), (link, bytes.as_slice()))));
        }
        let mut files = Files::new();
        for (path, (link, bytes)) in sources {
            let (path, bytes) =
                render::file(path, bytes, &answers).map_err(|reason| link.broken(path, reason))?;
            if !bytes.is_empty() {
                files.insert(path, bytes);
            }
        }
        Ok(files)
    }

    /// The newest version.
    pub(crate) fn newest(&self, template: &str) -> Result<Version, ScaffoldError> {
        let versions = self.versions(template)?;
        let newest = versions.keys().next_back().copied();
        newest.ok_or_else(|| unknown("version of template", template, self.templates.keys()))
    }

    pub(crate) fn version(&self, template: &str, text: &str) -> Result<Version, ScaffoldError> {
        let versions = self.versions(template)?;
        let version = Version::parse(text).filter(|version| versions.contains_key(version));
        version.ok_or_else(|| ScaffoldError::Unknown {
            what: "version",
            name: text.to_owned(),
            remedy: format!(
                "template {template} has {}",
                versions
                    .keys()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        })
    }

    /// The data of a product that brings none.
    pub(crate) fn example(&self, template: &str, version: Version) -> Result<&[u8], ScaffoldError> {
        let chain = self.chain(template, version)?;
        let mut examples = chain
            .iter()
            .rev()
            .filter_map(|link| link.template.example.as_deref());
        examples.next().ok_or_else(|| ScaffoldError::Template {
            template: template.to_owned(),
            version: version.to_string(),
            file: EXAMPLE.to_owned(),
            reason: "is missing".to_owned(),
        })
    }

    /// Whether a version of a template asks a question.
    pub(crate) fn asks(
        &self,
        template: &str,
        version: Version,
        question: &str,
    ) -> Result<bool, ScaffoldError> {
        let chain = self.chain(template, version)?;
        let mut questions = chain
            .iter()
            .flat_map(|link| &link.template.manifest.questions);
        Ok(questions.any(|asked| asked.name == question))
    }

    fn versions(&self, template: &str) -> Result<&BTreeMap<Version, Template>, ScaffoldError> {
        let versions = self.templates.get(template);
        versions.ok_or_else(|| unknown("template", template, self.templates.keys()))
    }

    /// The template after all that it extends.
    fn chain(&self, template: &str, version: Version) -> Result<Vec<Link<'_>>, ScaffoldError> {
        let mut chain: Vec<Link<'_>> = Vec::new();
        let mut next = Some((template.to_owned(), version));
        while let Some((name, version)) = next {
            let found = &self.versions(&name)?[&version];
            next = match &found.manifest.extends {
                None => None,
                Some(Extends { template, version }) => {
                    Some((template.clone(), self.version(template, version)?))
                }
            };
            let link = Link {
                name,
                version,
                template: found,
            };
            if chain
                .iter()
                .any(|other| other.name == link.name && other.version == link.version)
            {
                return Err(link.broken(MANIFEST, "extends itself".to_owned()));
            }
            chain.insert(0, link);
        }
        Ok(chain)
    }

    fn from_files(files: BTreeMap<String, Vec<u8>>) -> Result<Templates, ScaffoldError> {
        let mut folders: BTreeMap<(String, Version), BTreeMap<String, Vec<u8>>> = BTreeMap::new();
        for (path, bytes) in files {
            let mut parts = path.splitn(3, '/');
            if let (Some(name), Some(version), Some(rest)) =
                (parts.next(), parts.next(), parts.next())
                && let Some(version) = Version::parse(version)
            {
                let folder = folders.entry((name.to_owned(), version)).or_default();
                folder.insert(rest.to_owned(), bytes);
            }
        }
        let mut templates: BTreeMap<String, BTreeMap<Version, Template>> = BTreeMap::new();
        for ((name, version), files) in folders {
            let template = template(&name, version, files)?;
            templates.entry(name).or_default().insert(version, template);
        }
        Ok(Templates { templates })
    }
}

/// One template of a chain.
struct Link<'a> {
    name: String,
    version: Version,
    template: &'a Template,
}

impl Link<'_> {
    fn broken(&self, file: &str, reason: String) -> ScaffoldError {
        ScaffoldError::Template {
            template: self.name.clone(),
            version: self.version.to_string(),
            file: file.to_owned(),
            reason,
        }
    }
}

fn template(
    name: &str,
    version: Version,
    mut files: BTreeMap<String, Vec<u8>>,
) -> Result<Template, ScaffoldError> {
    let broken = |reason: &str| ScaffoldError::Template {
        template: name.to_owned(),
        version: version.to_string(),
        file: MANIFEST.to_owned(),
        reason: reason.to_owned(),
    };
    let yaml = files.remove(MANIFEST).ok_or_else(|| broken("is missing"))?;
    let yaml = String::from_utf8(yaml).map_err(|_| broken("is not UTF-8"))?;
    let manifest = mesh_contracts::parse_document(&format!("{name}/{version}/{MANIFEST}"), &yaml)?;
    let example = files.remove(EXAMPLE);
    let files = files
        .into_iter()
        .filter_map(|(path, bytes)| Some((path.strip_prefix(FILES)?.to_owned(), bytes)));
    Ok(Template {
        manifest,
        example,
        files: files.collect(),
    })
}

/// An answer to every question of the templates, by the product or else by default, and nothing else.
fn complete(chain: &[Link<'_>], answers: &Answers) -> Result<Answers, ScaffoldError> {
    let mut complete = Answers::default();
    for link in chain {
        for question in &link.template.manifest.questions {
            let answer = answers.get(&question.name).or(question.default.as_ref());
            let answer = answer.ok_or_else(|| ScaffoldError::Unanswered {
                template: link.name.clone(),
                version: link.version.to_string(),
                question: question.name.clone(),
                description: question.description.clone(),
            })?;
            complete.insert(&question.name, answer.clone());
        }
    }
    Ok(complete)
}

/// What is not there, and what it is most likely a slip of.
fn unknown<'a>(
    what: &'static str,
    name: &str,
    known: impl Iterator<Item = &'a String>,
) -> ScaffoldError {
    let known: Vec<&str> = known.map(String::as_str).collect();
    let near = known
        .iter()
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .filter(|(distance, _)| *distance <= 3)
        .min();
    let remedy = match near {
        Some((_, near)) => format!("did you mean `{near}`?"),
        None => format!("there are {}", known.join(", ")),
    };
    ScaffoldError::Unknown {
        what,
        name: name.to_owned(),
        remedy,
    }
}
