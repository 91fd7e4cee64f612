//! A property of a dataset as one row of a table.

use crate::chart::{self, Bar};
use crate::entry::{
    ContractEntry, Edge, Entry, HistogramBin, NumbersEntry, PropertyProfileEntry, QuantileEntry,
    ValueShareEntry, Withheld,
};
use crate::links;
use crate::pages::format::{count, day, exact, number, percent};

pub(super) struct PropertyView<'a> {
    pub(super) entry: &'a PropertyProfileEntry,
    /// Where the contract describes it.
    pub(super) column: Option<String>,
    pub(super) nulls: String,
    pub(super) nulls_share: Option<String>,
    pub(super) distinct: Option<String>,
    pub(super) svg: Option<String>,
    /// What the picture shows, or why there is none.
    pub(super) words: String,
    pub(super) numbers: Option<NumbersView>,
}

pub(super) struct NumbersView {
    pub(super) mean: String,
    pub(super) deviation: String,
    pub(super) median: String,
    pub(super) quartiles: String,
    pub(super) ends: String,
    /// How much lies beyond each of them.
    pub(super) beyond: String,
    pub(super) outliers: String,
}

pub(super) fn view<'a>(
    entry: &Entry,
    contract: Option<&ContractEntry>,
    property: &'a PropertyProfileEntry,
) -> PropertyView<'a> {
    let name = &property.property;
    let described = contract.filter(|contract| {
        let mut fields = contract.fields.iter();
        fields.any(|field| field.path == *name)
    });
    let (svg, words) = picture(property);
    let nulls_share = property.nulls as f64 / property.rows.max(1) as f64;
    PropertyView {
        entry: property,
        column: described.map(|contract| {
            let anchor = links::column_anchor(&contract.name, name);
            links::on_page(entry, &anchor)
        }),
        nulls: count(property.nulls),
        nulls_share: (property.nulls > 0).then(|| percent(nulls_share)),
        distinct: property.distinct.map(count),
        svg,
        words,
        numbers: property
            .numbers
            .as_ref()
            .and_then(|told| numbers(told, !property.values.is_empty())),
    }
}

fn picture(property: &PropertyProfileEntry) -> (Option<String>, String) {
    let name = &property.property;
    if let Some(withheld) = property.withheld {
        return (None, reason(withheld).to_owned());
    }
    if let (Some(first), Some(last)) = (property.histogram.first(), property.histogram.last()) {
        let words = format!("{} to {}", edge(first.from), edge(last.to));
        let svg = chart::spread(&format!("{name}: {words}"), &bins(&property.histogram));
        return (svg, words);
    }
    if property.values.is_empty() {
        return (None, "The same in nearly every row.".to_owned());
    }
    let words: Vec<String> = property.values.iter().map(share).collect();
    let words = words.join(", ");
    let svg = chart::spread(&format!("{name}: {words}"), &shares(&property.values));
    (svg.filter(|_| property.values.len() > 1), words)
}

pub(super) fn reason(withheld: Withheld) -> &'static str {
    match withheld {
        Withheld::Classified => "Not told: its contract keeps it from some people.",
        Withheld::FewRows => "Not told: fewer than 50 rows have a value.",
        Withheld::ManyValues => "Too many different values to tell.",
        Withheld::Nested => "An object or a list: looked at as a whole only.",
        Withheld::Constant => "The same in every row.",
    }
}

fn bins(bins: &[HistogramBin]) -> Vec<Bar> {
    let bins = bins.iter().map(|bin| Bar {
        from: place(bin.from),
        to: place(bin.to),
        rows: bin.rows as f64,
    });
    bins.collect()
}

fn shares(values: &[ValueShareEntry]) -> Vec<Bar> {
    let values = values.iter().enumerate().map(|(index, value)| Bar {
        from: index as f64,
        to: index as f64 + 1.0,
        rows: value.rows as f64,
    });
    values.collect()
}

fn place(edge: Edge) -> f64 {
    match edge {
        Edge::Number(number) => number,
        Edge::Time(at) => at.timestamp() as f64,
    }
}

fn edge(edge: Edge) -> String {
    match edge {
        Edge::Number(value) => number(value),
        Edge::Time(at) if at.timestamp() % 86_400 == 0 => day(at),
        Edge::Time(at) => exact(at),
    }
}

fn share(value: &ValueShareEntry) -> String {
    let share = percent(value.share);
    match &value.value {
        Some(value) => format!("{value} {share}"),
        None => format!("other {share}"),
    }
}

/// Of what has few values, none is far from the others.
fn numbers(numbers: &NumbersEntry, has_few_values: bool) -> Option<NumbersView> {
    let [low, quarter, half, three_quarters, high] = numbers.quantiles.as_slice() else {
        return None;
    };
    let range = |from: &QuantileEntry, to: &QuantileEntry| {
        format!("{} to {}", number(from.value), number(to.value))
    };
    Some(NumbersView {
        mean: number(numbers.mean),
        deviation: number(numbers.deviation),
        median: number(half.value),
        quartiles: range(quarter, three_quarters),
        ends: range(low, high),
        beyond: percent(low.part),
        outliers: match numbers.outliers {
            Some(share) => percent(share),
            None if has_few_values => String::new(),
            None => "under 10 rows".to_owned(),
        },
    })
}
