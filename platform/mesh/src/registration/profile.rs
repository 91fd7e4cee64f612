//! What the rows of a dataset are like -> the same in the catalog.

use mesh_catalog::{
    CorrelationEntry, CorrelationsEntry, Edge, HistogramBin, NumbersEntry, ProfileEntry,
    PropertyProfileEntry, QuantileEntry, ValueShareEntry, Withheld,
};
use mesh_sdk::{Correlations, DatasetProfile, NumberProfile, PropertyProfile};

pub(super) fn entry(profile: &DatasetProfile) -> ProfileEntry {
    let properties = profile.properties.as_ref();
    ProfileEntry {
        version: i64::try_from(profile.version).unwrap_or(i64::MAX),
        made_at: profile.made_at,
        properties: properties.map(|properties| properties.iter().map(property).collect()),
    }
}

pub(super) fn correlations(correlations: &Correlations) -> CorrelationsEntry {
    let features = correlations.features.as_ref().map(|features| {
        let features = features.iter().map(|feature| CorrelationEntry {
            feature: feature.feature.clone(),
            value: feature.value,
            withheld: feature.withheld.map(withheld),
        });
        features.collect()
    });
    CorrelationsEntry {
        model: correlations.model.clone(),
        target: correlations.target.clone(),
        datasets: correlations.datasets.clone(),
        rows: correlations.rows,
        features,
    }
}

fn property(profile: &PropertyProfile) -> PropertyProfileEntry {
    let bins = profile.histogram.iter().map(|bin| HistogramBin {
        from: edge(bin.from),
        to: edge(bin.to),
        rows: bin.rows,
    });
    let values = profile.values.iter().map(|value| ValueShareEntry {
        value: value.value.clone(),
        rows: value.rows,
        share: value.share,
    });
    PropertyProfileEntry {
        property: profile.property.clone(),
        kind: profile.logical_type.to_owned(),
        rows: profile.rows,
        nulls: profile.nulls,
        distinct: profile.distinct,
        numbers: profile.numbers.as_ref().map(numbers),
        histogram: bins.collect(),
        values: values.collect(),
        withheld: profile.withheld.map(withheld),
    }
}

fn numbers(numbers: &NumberProfile) -> NumbersEntry {
    let quantiles = numbers.quantiles.iter().map(|quantile| QuantileEntry {
        part: quantile.part,
        value: quantile.value,
    });
    NumbersEntry {
        mean: numbers.mean,
        deviation: numbers.deviation,
        quantiles: quantiles.collect(),
        outliers: numbers.outliers,
    }
}

fn edge(edge: mesh_sdk::Edge) -> Edge {
    match edge {
        mesh_sdk::Edge::Number(number) => Edge::Number(number),
        mesh_sdk::Edge::Time(time) => Edge::Time(time),
    }
}

fn withheld(withheld: mesh_sdk::Withheld) -> Withheld {
    match withheld {
        mesh_sdk::Withheld::Classified => Withheld::Classified,
        mesh_sdk::Withheld::FewRows => Withheld::FewRows,
        mesh_sdk::Withheld::ManyValues => Withheld::ManyValues,
        mesh_sdk::Withheld::Nested => Withheld::Nested,
        mesh_sdk::Withheld::Constant => Withheld::Constant,
    }
}
