//! What the parts of a product are called.

use crate::ScaffoldError;

/// Room for endings such as `_per_day`.
const LONGEST: usize = 40;
/// The platform has a dataset of this name in every product.
const TAKEN: &str = "quarantine";

/// Names that follow from those of the product and its data.
#[derive(Clone, Debug)]
pub(super) struct Names {
    /// As a table in SQL.
    pub(super) dataset: String,
}

impl Names {
    pub(super) fn of(product: &str, file: &str) -> Names {
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let mut dataset = words(stem);
        if dataset.is_empty() {
            dataset = words(product);
        }
        if dataset == TAKEN {
            dataset.push_str("_data");
        }
        Names { dataset }
    }

    /// As it stands in an address.
    pub(super) fn contract(&self) -> String {
        self.dataset.replace('_', "-")
    }

    pub(super) fn per_day(&self) -> String {
        format!("{}_per_day", self.dataset)
    }

    pub(super) fn scores(&self) -> String {
        format!("{}_scores", self.dataset)
    }

    pub(super) fn scores_contract(&self) -> String {
        self.scores().replace('_', "-")
    }
}

/// Small letters and digits, parted by underscores, starting with a letter.
pub(super) fn words(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let parts = lower.split(|c: char| !c.is_ascii_alphanumeric());
    let joined = parts
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("_");
    let letter = joined
        .find(|c: char| c.is_ascii_lowercase())
        .unwrap_or(joined.len());
    let mut name = joined[letter..].to_owned();
    name.truncate(LONGEST);
    name.trim_end_matches('_').to_owned()
}

/// A name that stands in addresses.
pub(super) fn check(what: &'static str, name: &str) -> Result<(), ScaffoldError> {
    let good = name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    match good {
        true => Ok(()),
        false => Err(ScaffoldError::Name {
            what,
            name: name.to_owned(),
            remedy: "write small letters, digits and hyphens, starting with a letter, at most 64",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn a_dataset_is_called_as_its_file() {
        assert_eq!(Names::of("p", "Weekly Cases.csv").dataset, "weekly_cases");
        assert_eq!(
            Names::of("p", "processed.cleveland.data").dataset,
            "processed_cleveland"
        );
        assert_eq!(Names::of("my-product", "2024.csv").dataset, "my_product");
        assert_eq!(Names::of("p", "quarantine.csv").dataset, "quarantine_data");
        assert!(Names::of("p", &"x".repeat(90)).dataset.len() <= 40);
    }
}
