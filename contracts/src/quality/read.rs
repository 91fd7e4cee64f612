use serde_json::Value;

use super::threshold::{Operator, Threshold};
use super::{Check, QualityRule};
use crate::column::{self, Column};
use crate::contract::Schema;
use crate::document::{Cursor, DocumentError, Fields};
use crate::property::{LogicalType, Property};
use crate::suggest::closest;

/// The rules of a whole contract: those of its schema, and then those of each property in their order. What the
/// schema says of keys is a rule too, where none of them says it already.
pub(crate) fn rules(
    object: &Fields<'_>,
    schema: &Schema,
) -> Result<Vec<QualityRule>, DocumentError> {
    let mut reader = Reader {
        schema,
        rules: Vec::new(),
    };
    reader.list(object, None)?;
    let key = reader.rules.len();
    reader.properties(object, schema.properties(), None)?;
    reader.primary_key(key);
    Ok(reader.rules)
}

struct Reader<'s> {
    schema: &'s Schema,
    rules: Vec<QualityRule>,
}

impl Reader<'_> {
    fn properties(
        &mut self,
        object: &Fields<'_>,
        properties: &[Property],
        outer: Option<&Column>,
    ) -> Result<(), DocumentError> {
        for (item, property) in object.items("properties")?.into_iter().zip(properties) {
            self.property(&item.mapping()?, property, &Column::of(outer, property))?;
        }
        Ok(())
    }

    fn property(
        &mut self,
        fields: &Fields<'_>,
        property: &Property,
        column: &Column,
    ) -> Result<(), DocumentError> {
        self.list(fields, Some(column))?;
        if property.unique() && column.sql().is_some() {
            let rule = self.no_duplicates("unique", column.path(), vec![column.clone()]);
            self.add_unless_said(
                self.rules.len(),
                QualityRule {
                    column: Some(column.clone()),
                    ..rule
                },
            );
        }
        match property.logical_type() {
            LogicalType::Object(properties) => self.properties(fields, properties, Some(column)),
            LogicalType::Array(item) => {
                let items = fields.require("items")?.mapping()?;
                self.property(&items, item, &Column::items(column, item))
            }
            _ => Ok(()),
        }
    }

    fn list(&mut self, fields: &Fields<'_>, column: Option<&Column>) -> Result<(), DocumentError> {
        for item in fields.items("quality")? {
            let rule = self.rule(&item.mapping()?, column)?;
            self.rules.push(rule);
        }
        Ok(())
    }

    fn rule(
        &self,
        fields: &Fields<'_>,
        column: Option<&Column>,
    ) -> Result<QualityRule, DocumentError> {
        let (check, word) = self.check(fields, column)?;
        let subject = column.map_or(self.schema.name(), Column::path);
        let given = match fields.text("name")? {
            Some(name) => Some(name),
            None => fields.text("id")?,
        };
        let name = given.unwrap_or_else(|| format!("{subject}.{word}"));
        let threshold = Threshold::read(fields)?;
        Ok(QualityRule {
            name: self.distinct(name),
            schema: self.schema.name().to_owned(),
            column: column.cloned(),
            check,
            threshold,
            description: fields.text("description")?,
            dimension: fields.text("dimension")?,
            severity: fields.text("severity")?,
            business_impact: fields.text("businessImpact")?,
            schedule: fields.text("schedule")?,
        })
    }

    /// What is measured, and the word for it. Without a type a rule is of the library if it has a metric, and else
    /// says something to people only.
    fn check(
        &self,
        fields: &Fields<'_>,
        column: Option<&Column>,
    ) -> Result<(Check, String), DocumentError> {
        let kind = fields.text("type")?;
        match (kind.as_deref(), fields.text("metric")?) {
            (None | Some("library"), Some(metric)) => {
                Ok((self.metric(&metric, fields, column)?, metric))
            }
            (Some("sql"), _) => {
                let query = fields.require("query")?.text()?.to_owned();
                Ok((Check::Sql(query), "sql".to_owned()))
            }
            (Some("custom"), _) => {
                let engine = fields.require("engine")?.text()?.to_owned();
                Ok((Check::Custom(engine), "custom".to_owned()))
            }
            _ => Ok((Check::Text, "text".to_owned())),
        }
    }

    fn metric(
        &self,
        metric: &str,
        fields: &Fields<'_>,
        column: Option<&Column>,
    ) -> Result<Check, DocumentError> {
        let arguments = fields.get("arguments").map(Cursor::mapping).transpose()?;
        let values = |name: &str| match arguments.as_ref().and_then(|given| given.get(name)) {
            Some(list) => list
                .items()
                .map(|items| Some(items.iter().map(Cursor::json).collect())),
            None => Ok::<Option<Vec<Value>>, DocumentError>(None),
        };
        let unknown = |known: &[&str]| {
            let names = arguments.as_ref().map_or(Vec::new(), Fields::names);
            names.into_iter().find(|name| !known.contains(name))
        };
        let (check, known): (Check, &[&str]) = match (metric, column) {
            ("nullValues", Some(_)) => (Check::NullValues, &[]),
            ("missingValues", Some(_)) => {
                let missing = values("missingValues")?.unwrap_or_default();
                (Check::MissingValues(missing), &["missingValues"])
            }
            ("invalidValues", Some(_)) => {
                let valid = values("validValues")?;
                let pattern = arguments
                    .as_ref()
                    .map(|given| given.text("pattern"))
                    .transpose()?;
                let pattern = pattern.flatten();
                (
                    Check::InvalidValues { valid, pattern },
                    &["validValues", "pattern"],
                )
            }
            ("duplicateValues", Some(column)) => {
                (Check::DuplicateValues(vec![column.clone()]), &[])
            }
            ("duplicateValues", None) => {
                let given = arguments.as_ref().ok_or_else(|| {
                    fields.error(
                        "the rule does not say of what",
                        "add `arguments: { properties: [...] }`",
                    )
                })?;
                (
                    Check::DuplicateValues(self.columns(given)?),
                    &["properties"],
                )
            }
            ("rowCount", None) => (Check::RowCount, &[]),
            (_, None) => {
                return Ok(Check::Unknown(format!(
                    "{metric} is measured of a property, not of a whole dataset"
                )));
            }
            (_, Some(_)) => {
                return Ok(Check::Unknown(format!(
                    "{metric} is measured of a whole dataset, not of a property"
                )));
            }
        };
        Ok(match unknown(known) {
            Some(name) => Check::Unknown(format!(
                "this mesh does not know the argument `{name}` of {metric}"
            )),
            None => check,
        })
    }

    /// The properties that a rule names, at least one.
    fn columns(&self, arguments: &Fields<'_>) -> Result<Vec<Column>, DocumentError> {
        let list = arguments.require("properties")?;
        let columns = list.items()?.into_iter().map(|item| self.column(&item));
        let columns: Vec<Column> = columns.collect::<Result<_, _>>()?;
        match columns.is_empty() {
            true => Err(list.error("no properties", "list at least one")),
            false => Ok(columns),
        }
    }

    fn column(&self, item: &Cursor<'_>) -> Result<Column, DocumentError> {
        let path = item.text()?;
        Column::find(self.schema.properties(), path).ok_or_else(|| {
            let all = column::all(self.schema.properties());
            let remedy = match closest(path, all.iter().map(Column::path)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "name one of the contract's own".to_owned(),
            };
            item.error(format!("there is no property `{path}`"), remedy)
        })
    }

    fn primary_key(&mut self, place: usize) {
        let properties = self.schema.properties().iter();
        let mut key: Vec<&Property> = properties
            .filter(|property| property.primary_key())
            .collect();
        key.sort_by_key(|property| property.primary_key_position().unwrap_or(i64::MAX));
        if !key.is_empty() {
            let columns = key.into_iter().map(|property| Column::of(None, property));
            let rule = self.no_duplicates("primaryKey", self.schema.name(), columns.collect());
            self.add_unless_said(place, rule);
        }
    }

    fn no_duplicates(&self, word: &str, subject: &str, columns: Vec<Column>) -> QualityRule {
        QualityRule {
            name: self.distinct(format!("{subject}.{word}")),
            schema: self.schema.name().to_owned(),
            column: None,
            check: Check::DuplicateValues(columns),
            threshold: Threshold::nothing(),
            description: None,
            dimension: Some("uniqueness".to_owned()),
            severity: None,
            business_impact: None,
            schedule: None,
        }
    }

    fn add_unless_said(&mut self, place: usize, rule: QualityRule) {
        let said = |other: &QualityRule| {
            other.threshold.operator == Operator::Is(0.0)
                && of(other).is_some()
                && of(other) == of(&rule)
        };
        if !self.rules.iter().any(said) {
            self.rules.insert(place, rule);
        }
    }

    /// The name, with a number where another rule has it already.
    fn distinct(&self, name: String) -> String {
        let taken = |name: &str| self.rules.iter().any(|rule| rule.name == name);
        if !taken(&name) {
            return name;
        }
        let mut numbered = (2..).map(|number| format!("{name}.{number}"));
        numbered.find(|name| !taken(name)).unwrap_or(name)
    }
}

/// The properties whose values a rule compares, in any order.
fn of(rule: &QualityRule) -> Option<Vec<&str>> {
    let Check::DuplicateValues(columns) = &rule.check else {
        return None;
    };
    let mut paths: Vec<&str> = columns.iter().map(Column::path).collect();
    paths.sort_unstable();
    Some(paths)
}
