//! How the features of a model go with what it is to tell.

use super::CorrelationsView;
use super::property::reason;
use crate::chart;
use crate::entry::{CorrelationEntry, CorrelationsEntry, Entry};
use crate::links;
use crate::pages::format::{counted, listed};
use crate::pages::picture::{PictureView, Table};

pub(super) fn view<'a>(
    entry: &Entry,
    index: usize,
    correlations: &'a CorrelationsEntry,
) -> CorrelationsView<'a> {
    let mut models = entry.models.iter();
    let model = models.find(|model| model.name == correlations.model);
    let features = correlations.features.as_deref();
    CorrelationsView {
        model: &correlations.model,
        page: model.map(|model| links::model_page(entry, model)),
        picture: features.and_then(|features| picture(index, correlations, features)),
        note: match features {
            None => Some("They are not available.".to_owned()),
            Some(features) => withheld(features),
        },
    }
}

/// Of the features that are told, in the order of how much they go with it.
fn picture(
    index: usize,
    correlations: &CorrelationsEntry,
    features: &[CorrelationEntry],
) -> Option<PictureView> {
    let told = features.iter();
    let told = told.filter_map(|feature| Some((feature.feature.as_str(), feature.value?)));
    let mut told: Vec<(&str, f64)> = told.collect();
    told.sort_by(|(_, a), (_, b)| b.abs().total_cmp(&a.abs()));
    let (model, target) = (&correlations.model, &correlations.target);
    let datasets: Vec<String> = correlations
        .datasets
        .iter()
        .map(|(dataset, version)| format!("{dataset} version {version}"))
        .collect();
    Some(PictureView {
        anchor: format!("correlations-{index}"),
        title: format!("Correlation with {target}"),
        svg: chart::bars(&format!("Correlation with {target} of {model}"), &told)?,
        caption: format!(
            "Pearson's, over the {} that the training query gives from {}; yes counts as 1, no as 0. Of a feature that is a code it \
             says only as much as the order of the codes does.",
            counted(correlations.rows, "row"),
            listed(&datasets)
        ),
        table: Table {
            head: vec!["Feature", "Correlation"],
            rows: told
                .iter()
                .map(|(feature, value)| vec![(*feature).to_owned(), format!("{value:.2}")])
                .collect(),
        },
    })
}

/// Which are not told, and why.
fn withheld(features: &[CorrelationEntry]) -> Option<String> {
    let mut by_reason: Vec<(&str, Vec<String>)> = Vec::new();
    for feature in features {
        let Some(reason) = feature.withheld.map(reason) else {
            continue;
        };
        match by_reason.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, features)) => features.push(feature.feature.clone()),
            None => by_reason.push((reason, vec![feature.feature.clone()])),
        }
    }
    let sentences = by_reason.iter();
    let sentences = sentences.map(|(reason, features)| format!("{}: {reason}", listed(features)));
    let note = sentences.collect::<Vec<_>>().join(" ");
    (!note.is_empty()).then_some(note)
}
