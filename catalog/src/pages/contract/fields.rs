use crate::entry::{ContractEntry, FieldEntry};
use crate::links;
use crate::pages::format::{count, counted};
use crate::pages::status::Status;

/// A contract and its columns.
pub(crate) struct ContractView<'a> {
    pub(crate) entry: &'a ContractEntry,
    pub(crate) anchor: String,
    pub(crate) status: Status,
    pub(crate) summary: String,
    pub(crate) has_classes: bool,
    pub(crate) fields: Vec<FieldView<'a>>,
}

pub(crate) struct FieldView<'a> {
    pub(crate) entry: &'a FieldEntry,
    pub(crate) anchor: String,
    /// How far the column is indented; the style sheet knows 0 to 3.
    pub(crate) depth: usize,
}

impl<'a> ContractView<'a> {
    pub(crate) fn of(contract: &'a ContractEntry) -> Self {
        let fields = contract.fields.iter();
        Self {
            entry: contract,
            anchor: links::contract_anchor(&contract.name),
            status: Status::of(&contract.status),
            summary: summary(contract),
            has_classes: fields.clone().any(|field| field.classification.is_some()),
            fields: fields
                .map(|field| FieldView {
                    entry: field,
                    anchor: links::column_anchor(&contract.name, &field.path),
                    depth: field.path.matches('.').count().min(3),
                })
                .collect(),
        }
    }
}

/// `16 columns, 4 required, 2 assigned by the platform.`
fn summary(contract: &ContractEntry) -> String {
    let number = |of: fn(&FieldEntry) -> bool| {
        let fields = contract.fields.iter().filter(|field| of(field));
        fields.count() as u64
    };
    let mut parts = vec![counted(contract.fields.len() as u64, "column")];
    let required = number(|field| field.required && !field.assigned);
    if required > 0 {
        parts.push(format!("{} required", count(required)));
    }
    let assigned = number(|field| field.assigned);
    if assigned > 0 {
        parts.push(format!("{} assigned by the platform", count(assigned)));
    }
    format!("{}.", parts.join(", "))
}
