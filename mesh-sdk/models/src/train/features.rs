//! Which columns a model looks at, and how.

use std::collections::BTreeMap;

use ndarray::Array2;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::train::algorithms::Input;
use crate::train::encoding::{Bucketed, Categorical, Encoding, Numeric};
use crate::train::projection::Projection;
use crate::{ModelError, Table};

/// The most buckets of a feature.
const MAX_BUCKETS: usize = 100;

/// The features of a model and what becomes of each before an algorithm sees it. All of it is learned from the training rows
/// and part of the exported model.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Features {
    /// Quantities: a missing one becomes the median; standardised where the algorithm compares them with one another.
    pub numeric: Vec<String>,
    /// Integer codes without an order: a missing one becomes the most frequent; one-hot, a code that training did not see
    /// being all zeros.
    pub categorical: Vec<String>,
    /// Quantities of which only the range counts, with the number of ranges, 2 to 100: cut so that each has about as many rows;
    /// a missing one becomes the median; one-hot.
    pub bucketed: BTreeMap<String, usize>,
    /// How many principal components take the place of the encoded features; none unless set.
    pub components: Option<usize>,
}

impl Features {
    /// Whether they make sense, whatever the table.
    pub(crate) fn check(&self, input: Input) -> Result<(), ModelError> {
        let bucketed: Vec<String> = self.bucketed.keys().cloned().collect();
        let named = [
            ("numeric", &self.numeric),
            ("categorical", &self.categorical),
            ("bucketed", &bucketed),
        ];
        if named.iter().all(|(_, names)| names.is_empty()) {
            return Err(ModelError::parameter(
                "numeric",
                "there must be a feature, numeric or categorical",
            ));
        }
        let mut seen = BTreeMap::new();
        for (parameter, names) in named {
            for name in names {
                match seen.insert(name, parameter) {
                    Some(earlier) if earlier == parameter => {
                        return Err(ModelError::parameter(
                            parameter,
                            format!("names `{name}` twice"),
                        ));
                    }
                    Some(earlier) => {
                        return Err(ModelError::parameter(
                            parameter,
                            format!("names `{name}`, which is {earlier} already"),
                        ));
                    }
                    None => {}
                }
            }
        }
        for (name, buckets) in &self.bucketed {
            if !(2..=MAX_BUCKETS).contains(buckets) {
                return Err(ModelError::parameter(
                    "bucketed",
                    format!("`{name}` has {buckets} ranges, must have from 2 to {MAX_BUCKETS}"),
                ));
            }
        }
        if self.components.is_some() && input == Input::Plain {
            return Err(ModelError::parameter(
                "components",
                "the algorithm works on the features themselves; leave it out",
            ));
        }
        Ok(())
    }

    /// Learns the encoding of a table of exactly these features, in any order, and encodes it.
    pub(crate) fn learn(
        &self,
        table: &Table,
        input: Input,
    ) -> Result<(Encoding, Array2<f64>), ModelError> {
        let numeric = columns(table, "numeric", &self.numeric)?;
        let categorical = columns(table, "categorical", &self.categorical)?;
        let bucketed = columns(table, "bucketed", self.bucketed.keys())?;
        let used = [&numeric, &categorical, &bucketed];
        let unused = |column: &usize| used.iter().all(|columns| !columns.contains(column));
        if let Some(extra) = (0..table.names().len()).find(unused) {
            let name = &table.names()[extra];
            let reason = format!("column `{name}` of the table is neither numeric nor categorical");
            return Err(ModelError::training_data(reason));
        }
        if table.rows() == 0 {
            return Err(ModelError::training_data("there are no rows"));
        }
        let scaled = input == Input::Scaled;
        let mut encoding = Encoding {
            features: table.names().to_vec(),
            numeric: numeric
                .iter()
                .map(|&column| Numeric::learn(table, column, scaled))
                .collect::<Result<_, _>>()?,
            categorical: categorical
                .iter()
                .map(|&column| Categorical::learn(table, column))
                .collect::<Result<_, _>>()?,
            bucketed: bucketed
                .iter()
                .zip(self.bucketed.values())
                .map(|(&column, &buckets)| Bucketed::learn(table, column, buckets))
                .collect::<Result<_, _>>()?,
            projection: None,
        };
        let mut records = encoding.encode_all(table)?;
        if let Some(components) = self.components {
            encoding.projection = Some(Projection::learn(&records, components)?);
            records = encoding.encode_all(table)?;
        }
        Ok((encoding, records))
    }
}

impl Encoding {
    /// Rows x encoded columns.
    pub(crate) fn encode_all(&self, table: &Table) -> Result<Array2<f64>, ModelError> {
        let mut encoded = Vec::with_capacity(table.rows() * self.plain_width());
        for row in 0..table.rows() {
            match &self.projection {
                None => self.encode_into(table.row(row), &mut encoded),
                Some(_) => encoded.extend(self.encode(table.row(row))),
            }
        }
        Array2::from_shape_vec((table.rows(), self.width()), encoded)
            .map_err(ModelError::training_failed)
    }
}

/// The positions of these features in the table; `parameter` is the one that names them.
pub(crate) fn columns<'a>(
    table: &Table,
    parameter: &'static str,
    names: impl IntoIterator<Item = &'a String>,
) -> Result<Vec<usize>, ModelError> {
    let position = |name: &String| {
        let mut found = (0..table.names().len()).filter(|&column| table.names()[column] == *name);
        match (found.next(), found.next()) {
            (Some(column), None) => Ok(column),
            (None, _) => Err(ModelError::parameter(
                parameter,
                format!("the table has no column `{name}`"),
            )),
            (Some(_), Some(_)) => Err(ModelError::parameter(
                parameter,
                format!("the table has several columns `{name}`"),
            )),
        }
    };
    names.into_iter().map(position).collect()
}
