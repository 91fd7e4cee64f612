//! Secrets, where they are kept.

use std::path::Path;

use crate::kafka::settings::{Secret, SettingError};

impl Secret {
    /// What is kept there; `field` names it, and a file is in `folder` where its path is relative.
    ///
    /// # Errors
    /// Where there is nothing.
    pub fn read(&self, field: &str, folder: &Path) -> Result<String, SettingError> {
        match self {
            Secret::File(file) => {
                let path = folder.join(file);
                let wrong = |problem: String| {
                    let field = format!("{field}.file");
                    let remedy = "name a file with the secret and nothing else";
                    SettingError::new(field, problem, remedy)
                };
                let text = std::fs::read_to_string(&path).map_err(|error| {
                    wrong(format!("{} cannot be read: {error}", path.display()))
                })?;
                // Editors end a file with a line end, which no secret has.
                match text.trim_end_matches(['\r', '\n']) {
                    "" => Err(wrong(format!("{} is empty", path.display()))),
                    secret => Ok(secret.to_owned()),
                }
            }
            Secret::Env(name) => match std::env::var(name) {
                Ok(secret) if !secret.is_empty() => Ok(secret),
                _ => Err(SettingError::new(
                    format!("{field}.env"),
                    format!("there is no environment variable {name}"),
                    "set it, or name another",
                )),
            },
        }
    }
}
