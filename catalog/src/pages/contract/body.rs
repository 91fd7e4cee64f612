use mesh_contracts::{Contract, QualityRule};

use super::fields::ContractView;
use crate::entry::ContractEntry;
use crate::links;
use crate::pages::format::{count, counted, listed};
use crate::pages::section::Section;

/// All that a contract says, on a page of its own or in a file.
pub(super) struct Body<'a> {
    pub(super) terms: &'a Contract,
    pub(super) contract: ContractView<'a>,
    /// What people of the domain call it.
    pub(super) title: &'a str,
    /// What it promises, in numbers.
    pub(super) lead: String,
    pub(super) promises: Vec<PromiseView<'a>>,
    pub(super) classes: Vec<Class<'a>>,
    pub(super) sections: Vec<Section>,
}

pub(super) struct PromiseView<'a> {
    pub(super) rule: &'a QualityRule,
    pub(super) sentence: String,
    /// The contract's own words, unless they are the sentence.
    pub(super) description: Option<&'a str>,
    pub(super) threshold: String,
    /// `completeness · warning`
    pub(super) kind: String,
    pub(super) column: Option<ColumnLink<'a>>,
}

/// The columns that the same people may see.
pub(super) struct Class<'a> {
    pub(super) name: &'a str,
    pub(super) columns: Vec<ColumnLink<'a>>,
}

pub(super) struct ColumnLink<'a> {
    pub(super) path: &'a str,
    /// Absent when the page has no row for it.
    pub(super) anchor: Option<String>,
}

impl<'a> Body<'a> {
    pub(super) fn new(terms: &'a Contract, entry: &'a ContractEntry) -> Self {
        let promises: Vec<_> = terms
            .quality()
            .iter()
            .map(|rule| promise(rule, entry))
            .collect();
        let classes = classes(entry);
        Self {
            title: terms.schema().business_name().unwrap_or(terms.name()),
            lead: lead(terms, entry, &classes),
            sections: sections(terms, &classes),
            contract: ContractView::of(entry),
            terms,
            promises,
            classes,
        }
    }
}

fn lead(terms: &Contract, entry: &ContractEntry, classes: &[Class<'_>]) -> String {
    let parts: Vec<String> = [
        (entry.fields.len(), "column"),
        (terms.quality().len(), "quality rule"),
        (terms.service_levels().len(), "service level"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, thing)| counted(number as u64, thing))
    .collect();
    format!("It promises {}.{}", listed(&parts), classified(classes))
}

/// ` 1 column is classified phi, 13 restricted and 2 internal.`
fn classified(classes: &[Class<'_>]) -> String {
    let Some((first, others)) = classes.split_first() else {
        return String::new();
    };
    let number = first.columns.len() as u64;
    let verb = if number == 1 { "is" } else { "are" };
    let mut parts = vec![format!(
        "{} {verb} classified {}",
        counted(number, "column"),
        first.name
    )];
    let others = others.iter();
    parts.extend(
        others.map(|class| format!("{} {}", count(class.columns.len() as u64), class.name)),
    );
    format!(" {}.", listed(&parts))
}

fn sections(terms: &Contract, classes: &[Class<'_>]) -> Vec<Section> {
    let people = terms.support().len() + terms.team().map_or(0, |team| team.members().len().max(1));
    let notes = terms.custom_properties().len();
    [
        Some(Section::new("columns", "Columns")),
        Section::of("quality", "Quality", terms.quality().len()),
        Section::of("service", "Service levels", terms.service_levels().len()),
        (!terms.roles().is_empty() || !classes.is_empty())
            .then(|| Section::new("access", "Who may read what")),
        (people > 0).then(|| Section::new("people", "People")),
        Section::of(
            "definitions",
            "Definitions",
            terms.authoritative_definitions().len(),
        ),
        Section::of("servers", "Servers", terms.servers().len()),
        Section::of("more", "More", notes),
        Some(Section::new("document", "ODCS document")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn promise<'a>(rule: &'a QualityRule, entry: &ContractEntry) -> PromiseView<'a> {
    let kind: Vec<&str> = rule
        .dimension()
        .into_iter()
        .chain(rule.severity())
        .collect();
    let sentence = rule.sentence();
    PromiseView {
        description: rule.description().filter(|text| *text != sentence),
        sentence,
        threshold: rule.threshold(),
        kind: kind.join(" · "),
        column: rule.property().map(|path| column(entry, path)),
        rule,
    }
}

fn column<'a>(entry: &ContractEntry, path: &'a str) -> ColumnLink<'a> {
    let is_shown = entry.fields.iter().any(|field| field.path == path);
    ColumnLink {
        path,
        anchor: is_shown.then(|| links::column_anchor(&entry.name, path)),
    }
}

/// In the order in which they first occur.
fn classes(entry: &ContractEntry) -> Vec<Class<'_>> {
    let mut classes: Vec<Class<'_>> = Vec::new();
    for field in &entry.fields {
        let Some(name) = field.classification.as_deref() else {
            continue;
        };
        let link = column(entry, &field.path);
        match classes.iter_mut().find(|class| class.name == name) {
            Some(class) => class.columns.push(link),
            None => classes.push(Class {
                name,
                columns: vec![link],
            }),
        }
    }
    classes
}
