use std::iter;

use super::Kind;
use crate::entry::{ContractEntry, Entry, FieldEntry};
use crate::links;

/// One thing of an entry that can be found, with the texts it is found by.
pub(crate) struct Candidate<'a> {
    pub(crate) entry: &'a Entry,
    pub(crate) kind: Kind,
    pub(crate) name: &'a str,
    /// The contract a column belongs to.
    pub(crate) contract: Option<&'a str>,
    pub(crate) description: &'a str,
    /// Other texts it is found by, with what to call them.
    also: Vec<(&'static str, &'a str)>,
    pub(crate) address: String,
    pub(crate) page: String,
}

impl Candidate<'_> {
    /// What to call the first text that holds `word`, which is in lower case.
    pub(crate) fn text_with(&self, word: &str) -> Option<&'static str> {
        iter::once(("description", self.description))
            .chain(self.also.iter().copied())
            .find(|(_, text)| text.to_lowercase().contains(word))
            .map(|(label, _)| label)
    }
}

/// Everything in `entry` that can be found.
pub(crate) fn of(entry: &Entry) -> Vec<Candidate<'_>> {
    let mut all = vec![product(entry)];
    all.extend(entry.models.iter().map(|model| Candidate {
        entry,
        kind: Kind::Model,
        name: &model.name,
        contract: None,
        description: &model.description,
        also: vec![("algorithm", &model.algorithm), ("stage", &model.stage)],
        address: model.address.clone(),
        page: links::model_page(entry, model),
    }));
    all.extend(entry.ports.iter().map(|port| {
        Candidate {
            entry,
            kind: Kind::Port,
            name: &port.name,
            contract: None,
            description: &port.description,
            also: port
                .contract
                .iter()
                .map(|contract| ("contract", contract.name.as_str()))
                .collect(),
            address: port.address.clone(),
            page: links::on_page(entry, &links::port_anchor(&port.name)),
        }
    }));
    for contract in &entry.contracts {
        all.push(Candidate {
            entry,
            kind: Kind::Contract,
            name: &contract.name,
            contract: None,
            description: &contract.description,
            also: vec![("id", &contract.id)],
            address: links::contract(entry, contract),
            page: links::on_page(entry, &links::contract_anchor(&contract.name)),
        });
        all.extend(
            contract
                .fields
                .iter()
                .map(|field| column(entry, contract, field)),
        );
    }
    all
}

fn product(entry: &Entry) -> Candidate<'_> {
    let mut also = vec![
        ("title", entry.title.as_str()),
        ("domain", entry.domain.as_str()),
        ("owner", entry.owner.as_str()),
    ];
    also.extend(entry.tags.iter().map(|tag| ("tag", tag.as_str())));
    Candidate {
        entry,
        kind: Kind::Product,
        name: &entry.product,
        contract: None,
        description: &entry.purpose,
        also,
        address: entry.address.clone(),
        page: links::product(&entry.product),
    }
}

fn column<'a>(
    entry: &'a Entry,
    contract: &'a ContractEntry,
    field: &'a FieldEntry,
) -> Candidate<'a> {
    let mut also: Vec<_> = field
        .title
        .iter()
        .map(|title| ("title", title.as_str()))
        .collect();
    also.extend(
        field
            .classification
            .iter()
            .map(|class| ("classification", class.as_str())),
    );
    also.extend(field.rule.iter().map(|rule| ("rule", rule.as_str())));
    also.extend(
        field
            .values
            .iter()
            .filter_map(|value| Some(("values", value.label.as_deref()?))),
    );
    Candidate {
        entry,
        kind: Kind::Column,
        name: &field.path,
        contract: Some(&contract.name),
        description: &field.description,
        also,
        address: links::contract(entry, contract),
        page: links::on_page(entry, &links::column_anchor(&contract.name, &field.path)),
    }
}
