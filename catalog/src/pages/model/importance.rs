use super::picture::{PictureView, Table};
use crate::chart;
use crate::entry::VersionEntry;
use crate::pages::format::{counted, number};

/// Of the features that count, the most of them first; None where none is known to.
pub(super) fn of(version: &VersionEntry) -> Option<PictureView> {
    /// More are in the table only.
    const DRAWN: usize = 15;
    let mut features: Vec<(&str, f64)> = version
        .importance
        .iter()
        .map(|(feature, value)| (feature.as_str(), *value))
        .collect();
    features.sort_by(|a, b| b.1.total_cmp(&a.1));
    let (first, most) = features.first().copied()?;
    let drawn = &features[..features.len().min(DRAWN)];
    let svg = chart::bars(
        &format!("Importance of features. {first} counts most."),
        drawn,
    )?;
    Some(PictureView {
        anchor: "importance-of-features".to_owned(),
        title: "Importance of features".to_owned(),
        svg,
        caption: format!(
            "Mean size of what each feature adds to an answer (its SHAP values): {first} adds {}, the most of {}.",
            number(most),
            counted(features.len() as u64, "feature")
        ),
        table: Table {
            head: vec!["Feature", "Mean size"],
            rows: features
                .iter()
                .map(|(feature, value)| vec![(*feature).to_owned(), number(*value)])
                .collect(),
        },
    })
}
