//! `.mesh/template.yaml`: what a product was made from.

use std::path::Path;

use serde::Deserialize;
use serde_json::json;

use crate::templates::Answers;
use crate::{ScaffoldError, yaml};

pub(crate) const PATH: &str = ".mesh/template.yaml";

const HEAD: &str = "# What this product was made from. `mesh template upgrade` reads it: keep it under version control.\n";

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    pub(crate) template: String,
    pub(crate) version: String,
    pub(crate) answers: Answers,
    /// Files that the product began with and that no template touches again.
    pub(crate) starting_content: Vec<String>,
}

impl Record {
    pub(crate) fn read(product: &Path) -> Result<Record, ScaffoldError> {
        let path = product.join(PATH);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(ScaffoldError::NotFromTemplate {
                    path: product.to_owned(),
                });
            }
            Err(error) => return Err(ScaffoldError::file(path)(error)),
        };
        Ok(mesh_contracts::parse_document(PATH, &text)?)
    }

    pub(crate) fn to_yaml(&self) -> String {
        let document = json!({
            "template": self.template,
            "version": self.version,
            "answers": self.answers.to_value(),
            "starting_content": self.starting_content,
        });
        format!("{HEAD}{}", yaml::block(&document, 0))
    }
}
