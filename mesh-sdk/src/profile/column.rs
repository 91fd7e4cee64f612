//! What is known of a property while its profile is made, and what of that is told.

use mesh_contracts::{LogicalType, Property};
use serde::Deserialize;

use super::ruler::{Ruler, Scale, coarse};
use super::{
    Bin, FEWEST, NumberProfile, PropertyProfile, Quantile, ValueShare, Withheld, crowd, is_open,
};
use crate::sql;

/// What has at most so many different values is told by them.
const FEW: u64 = 20;

#[derive(Default, Deserialize)]
pub(super) struct Counts {
    pub(super) total: u64,
    pub(super) filled: u64,
    different: Option<u64>,
}

/// None of it is there where there are no numbers.
#[derive(Deserialize)]
pub(super) struct Spread {
    mean: Option<f64>,
    deviation: Option<f64>,
    low: Option<f64>,
    quarter: Option<f64>,
    half: Option<f64>,
    three_quarters: Option<f64>,
    high: Option<f64>,
}

impl Spread {
    /// What lies outside of them is an outlier.
    pub(super) fn fences(&self) -> Option<(f64, f64)> {
        let (low, high) = (self.quarter?, self.three_quarters?);
        let reach = 1.5 * (high - low);
        Some((low - reach, high + reach))
    }
}

/// Rows that are in one place: a bin, or a value.
#[derive(Deserialize)]
pub(super) struct Group<T> {
    place: T,
    total: u64,
    outliers: u64,
}

pub(super) struct Column<'a> {
    pub(super) property: &'a Property,
    pub(super) counts: Counts,
    pub(super) spread: Option<Spread>,
    pub(super) bins: Vec<Group<usize>>,
    pub(super) values: Vec<Group<String>>,
}

impl<'a> Column<'a> {
    pub(super) fn new(property: &'a Property) -> Column<'a> {
        Column {
            property,
            counts: Counts::default(),
            spread: None,
            bins: Vec::new(),
            values: Vec::new(),
        }
    }

    /// As a statement has it.
    pub(super) fn name(&self) -> String {
        sql::name(self.property.name())
    }

    /// Its value as a number, where it is one that may be told.
    pub(super) fn number(&self) -> Option<String> {
        let name = self.name();
        match self.scale()? {
            _ if self.withheld().is_some() => None,
            Scale::Number | Scale::Integer => Some(format!("CAST({name} AS DOUBLE)")),
            Scale::Time | Scale::Date => {
                Some(format!("CAST(date_part('epoch', {name}) AS DOUBLE)"))
            }
        }
    }

    pub(super) fn has_few_values(&self) -> bool {
        let is_kind = !matches!(
            self.property.logical_type(),
            LogicalType::Number | LogicalType::Date | LogicalType::Timestamp
        );
        is_kind && self.is_few() && self.withheld().is_none()
    }

    pub(super) fn ruler(&self) -> Option<Ruler> {
        let spread = self.spread.as_ref()?;
        Ruler::over(self.scale()?, spread.low?, spread.high?)
    }

    fn is_few(&self) -> bool {
        self.counts.different.is_some_and(|values| values <= FEW)
    }

    fn scale(&self) -> Option<Scale> {
        match self.property.logical_type() {
            LogicalType::Number => Some(Scale::Number),
            LogicalType::Integer => Some(Scale::Integer),
            LogicalType::Timestamp => Some(Scale::Time),
            LogicalType::Date => Some(Scale::Date),
            _ => None,
        }
    }

    fn withheld(&self) -> Option<Withheld> {
        match self.property.logical_type() {
            LogicalType::Object(_) | LogicalType::Array(_) => Some(Withheld::Nested),
            _ if self.counts.filled < FEWEST => Some(Withheld::FewRows),
            LogicalType::String | LogicalType::Time if !self.is_few() => Some(Withheld::ManyValues),
            _ => None,
        }
    }

    pub(super) fn profile(self) -> PropertyProfile {
        let values = self.told_values();
        PropertyProfile {
            property: self.property.name().to_owned(),
            logical_type: self.property.logical_type().name(),
            is_open: is_open(self.property.classification()),
            rows: self.counts.total,
            nulls: self.counts.total - self.counts.filled,
            // It is an estimate, and may exceed what can be.
            distinct: self.counts.different.map(|it| it.min(self.counts.filled)),
            numbers: self.numbers(),
            histogram: match values.is_empty() {
                true => self.histogram().unwrap_or_default(),
                false => Vec::new(),
            },
            values,
            withheld: self.withheld(),
        }
    }

    fn numbers(&self) -> Option<NumberProfile> {
        if !matches!(self.scale()?, Scale::Number | Scale::Integer) {
            return None;
        }
        let spread = self.spread.as_ref()?;
        let deviation = spread.deviation?;
        let tail = (crowd::tail(self.counts.filled) * 1000.0).round() / 1000.0;
        let quantiles = [
            (tail, spread.low?),
            (0.25, spread.quarter?),
            (0.5, spread.half?),
            (0.75, spread.three_quarters?),
            (1.0 - tail, spread.high?),
        ];
        let told = |value: f64| match self.scale() {
            Some(Scale::Integer) => coarse(value.round(), deviation),
            _ => coarse(value, deviation),
        };
        let outliers = self.bins.iter().map(|bin| bin.outliers).sum();
        Some(NumberProfile {
            mean: coarse(spread.mean?, deviation),
            deviation: coarse(deviation, deviation),
            quantiles: quantiles
                .map(|(part, value)| Quantile {
                    part,
                    value: told(value),
                })
                .to_vec(),
            outliers: match self.has_few_values() {
                true => None,
                false => crowd::share(outliers, self.counts.filled),
            },
        })
    }

    fn histogram(&self) -> Option<Vec<Bin>> {
        let ruler = self.ruler()?;
        let mut counts = vec![0; ruler.bins as usize];
        for bin in &self.bins {
            if let Some(count) = counts.get_mut(bin.place) {
                *count += bin.total;
            }
        }
        let bin = |(bins, rows): (std::ops::Range<usize>, u64)| Bin {
            from: ruler.edge(bins.start),
            to: ruler.edge(bins.end),
            rows,
        };
        Some(crowd::bins(&counts).into_iter().map(bin).collect())
    }

    /// Numbers in their order, all else the most frequent first.
    fn told_values(&self) -> Vec<ValueShare> {
        if !self.has_few_values() {
            return Vec::new();
        }
        let counts = self.values.iter();
        let counts = counts.map(|group| (group.place.clone(), group.total));
        let mut values = crowd::values(counts.collect(), self.counts.filled);
        if self.scale() == Some(Scale::Integer) {
            let number = |share: &ValueShare| {
                let value = share.value.as_ref();
                value.map_or(Ok(i64::MAX), |value| value.parse::<i64>())
            };
            values.sort_by_key(|share| number(share).unwrap_or(i64::MAX));
        }
        values
    }
}
