//! How a dataset is made of others or of a file, checked before anything runs.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use mesh_contracts::{Contract, Gate, Side};
use mesh_storage::StorageError;

use super::resolve::unknown;
use super::windowing::Windowing;
use crate::declaration::{Dataset, Refresh, Source};
use crate::{ProductFiles, SdkError};

/// How a dataset is made anew, from what, and when.
#[derive(Clone, Debug)]
pub(crate) struct Recipe {
    pub(crate) work: Work,
    /// The datasets it is made of.
    pub(crate) reads: Vec<String>,
    pub(crate) when: When,
}

#[derive(Clone, Debug)]
pub(crate) enum Work {
    /// The rows of a CSV file of the product.
    File(String),
    /// The answer of a statement.
    Sql(String),
    /// The answer of a statement for each window, once it is over.
    Windows {
        statement: String,
        windowing: Windowing,
    },
    /// What code of the product makes of the datasets.
    Code,
}

impl Recipe {
    /// Whether a new version of the dataset `read` is a reason to make anything.
    pub(crate) fn follows(&self, read: &str) -> bool {
        match &self.work {
            Work::Windows { windowing, .. } => windowing.over == read,
            Work::File(_) | Work::Sql(_) | Work::Code => true,
        }
    }

    /// How long nothing may happen before there may be something to make all the same.
    pub(crate) fn idle(&self) -> Option<Duration> {
        match &self.work {
            Work::Windows { windowing, .. } => windowing.idle,
            Work::File(_) | Work::Sql(_) | Work::Code => None,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) enum When {
    OnCommit,
    /// In UTC.
    Schedule(Box<croner::Cron>),
}

/// What recipes are checked against.
pub(super) struct Recipes<'a> {
    pub(super) files: &'a ProductFiles,
    /// The contract of every dataset.
    pub(super) of: &'a BTreeMap<&'a str, Contract>,
}

impl Recipes<'_> {
    /// The recipe of a dataset; none if events fill it.
    pub(super) fn of(&self, name: &str, dataset: &Dataset) -> Result<Option<Recipe>, SdkError> {
        let path = |field: &str| format!("datasets.{name}.{field}");
        if dataset.window.is_some() {
            check_windowed(dataset)
                .map_err(|(field, message)| SdkError::declaration(path(field), message))?;
        }
        let (work, reads) = match &dataset.from {
            Source::Port(_) | Source::Model(_) => {
                return match dataset.refresh {
                    None => Ok(None),
                    Some(_) => {
                        let message =
                            "the rows come in as events, when they happen; remove `refresh`";
                        Err(SdkError::declaration(path("refresh"), message))
                    }
                };
            }
            Source::File(file) => {
                self.files.open(file).map_err(|error| {
                    let message = format!("{file} cannot be read: {error}");
                    SdkError::declaration(path("from.file"), message)
                })?;
                (Work::File(file.clone()), Vec::new())
            }
            Source::Sql(file) => match &dataset.window {
                None => {
                    let (statement, reads) = self.statement(name, file, None)?;
                    (Work::Sql(statement), reads)
                }
                Some(window) => {
                    let windowing = Windowing::check(name, window, self.of)?;
                    let (statement, reads) = self.statement(name, file, Some(&windowing))?;
                    let work = Work::Windows {
                        statement,
                        windowing,
                    };
                    (work, reads)
                }
            },
            Source::Code(reads) => {
                for read in reads {
                    self.known(name, read)
                        .map_err(|message| SdkError::declaration(path("from.code"), message))?;
                }
                (Work::Code, reads.clone())
            }
        };
        let when = match &dataset.refresh {
            None | Some(Refresh::OnCommit) => When::OnCommit,
            Some(Refresh::Schedule(cron)) => {
                let cron = cron_of(cron);
                let at = |message| SdkError::declaration(path("refresh.schedule"), message);
                When::Schedule(Box::new(cron.map_err(at)?))
            }
        };
        Ok(Some(Recipe { work, reads, when }))
    }

    /// A statement that makes a dataset, and what it reads.
    fn statement(
        &self,
        name: &str,
        file: &str,
        windowing: Option<&Windowing>,
    ) -> Result<(String, Vec<String>), SdkError> {
        let statement = self.files.read_text(file).map_err(|error| {
            let message = format!("{file} cannot be read: {error}");
            SdkError::declaration(format!("datasets.{name}.from.sql"), message)
        })?;
        let wrong = |message: String| SdkError::Statement {
            file: file.to_owned(),
            message,
        };
        let tables: Vec<(&str, SchemaRef)> = self
            .of
            .iter()
            .filter(|(other, _)| **other != name)
            .map(|(other, contract)| match windowing {
                Some(windowing) if windowing.over == **other => {
                    (*other, mesh_storage::windowed(&contract.arrow_schema()))
                }
                _ => (*other, contract.arrow_schema()),
            })
            .collect();
        let checked = match windowing {
            Some(windowing) => mesh_storage::check_windows(&statement, &tables, &windowing.over),
            None => mesh_storage::check(&statement, &tables).map(|checked| (checked, Ok(()))),
        };
        let (checked, by_window) = checked.map_err(|error| match error {
            StorageError::InvalidQuery(message) => wrong(self.hint(name, &message)),
            other => wrong(other.to_string()),
        })?;
        for read in &checked.reads {
            self.known(name, read).map_err(wrong)?;
        }
        let contract = &self.of[name];
        let gate = Gate::compile(contract, Side::Stored);
        if let Err(differ) = gate.columns(&RecordBatch::new_empty(checked.gives)) {
            return Err(wrong(format!(
                "its answer does not fit contract {} of dataset {name}: {differ}",
                contract.name()
            )));
        }
        by_window
            .map_err(|reason| wrong(format!("it cannot be made window by window: {reason}")))?;
        Ok((statement, checked.reads))
    }

    /// Whether `name` may be made of `read`.
    fn known(&self, name: &str, read: &str) -> Result<(), String> {
        if read == name {
            return Err(format!("dataset {name} is made of itself"));
        }
        match self.of.contains_key(read) {
            true => Ok(()),
            false => Err(unknown("dataset", read, self.of.keys())),
        }
    }

    /// What the planner says of a table that is not there, in the words of the product.
    fn hint(&self, name: &str, message: &str) -> String {
        let table = message
            .split_once("table '")
            .and_then(|(_, rest)| rest.split_once('\''))
            .map(|(table, _)| table.rsplit('.').next().unwrap_or(table));
        match table.map(|table| self.known(name, table)) {
            Some(Err(hint)) => hint,
            _ => message.to_owned(),
        }
    }
}

/// Whether a dataset that declares windows has nothing against them.
fn check_windowed(dataset: &Dataset) -> Result<(), (&'static str, &'static str)> {
    if !matches!(dataset.from, Source::Sql(_)) {
        return Err((
            "window",
            "only a dataset that is made by SQL is made in windows; remove `window`",
        ));
    }
    match &dataset.refresh {
        Some(Refresh::Schedule(_)) => Err((
            "refresh",
            "each window is made once it is over; remove `refresh`",
        )),
        Some(Refresh::OnCommit) | None => Ok(()),
    }
}

/// The times that an expression names; or what is wrong with it.
pub(super) fn cron_of(expression: &str) -> Result<croner::Cron, String> {
    croner::Cron::from_str(expression).map_err(|error| {
        format!(
            "`{expression}` is no cron expression ({error}); write minute, hour, day, month and weekday, such as \
             `0 6 * * *` for every day at six"
        )
    })
}
