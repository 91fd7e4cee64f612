//! How long a contract has the ids of events remembered.

use std::time::Duration;

use super::Schema;
use crate::document::{DocumentError, Fields};
use crate::property::Assigned;

pub(crate) const PROPERTY: &str = "deduplicationWindow";
pub(crate) const DEFAULT: Duration = Duration::from_secs(3600);
/// What is remembered is in memory.
const LONGEST: Duration = Duration::from_secs(7 * 86_400);

pub(super) fn read(
    contract: &Fields<'_>,
    schema: &Schema,
) -> Result<Option<Duration>, DocumentError> {
    let assigned = [Assigned::EventId, Assigned::ReceivedAt];
    let known = assigned.iter().all(|what| schema.assigned(*what).is_some());
    let mut window = known.then_some(DEFAULT);
    for item in contract.items("customProperties")? {
        let entry = item.clone().mapping()?;
        if entry.require("property")?.text()? != PROPERTY {
            continue;
        }
        if !known {
            return Err(item.error(
                "events cannot be told from their repetitions: the platform assigns no event_id, or no received_at",
                "add properties that the platform assigns both to, or remove `deduplicationWindow`",
            ));
        }
        let value = entry.require("value")?;
        window = Some(
            duration(value.text()?)
                .filter(|window| *window <= LONGEST)
                .ok_or_else(|| {
                    value.error(
                        "no time of at most 7 days",
                        "write one as ISO 8601 does, such as PT30M, PT1H or P1D",
                    )
                })?,
        );
    }
    Ok(window)
}

/// A duration as ISO 8601 writes it, in weeks, days, hours, minutes and whole seconds: `P1DT12H`.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let (days, time) = match text.strip_prefix('P')?.split_once('T') {
        Some((_, "")) => return None,
        Some((days, time)) => (days, time),
        None => (text.strip_prefix('P')?, ""),
    };
    if days.is_empty() && time.is_empty() {
        return None;
    }
    let days = seconds(days, &[('W', 7 * 86_400), ('D', 86_400)])?;
    let time = seconds(time, &[('H', 3600), ('M', 60), ('S', 1)])?;
    days.checked_add(time).map(Duration::from_secs)
}

/// The sum of numbers that each have one of `units` behind them, in their order.
fn seconds(mut text: &str, mut units: &[(char, u64)]) -> Option<u64> {
    let mut sum = 0_u64;
    while !text.is_empty() {
        let end = text.find(|c: char| !c.is_ascii_digit())?;
        let (number, rest) = text.split_at(end);
        let unit = rest.chars().next()?;
        let place = units.iter().position(|(name, _)| *name == unit)?;
        let amount = number.parse::<u64>().ok()?.checked_mul(units[place].1)?;
        sum = sum.checked_add(amount)?;
        units = &units[place + 1..];
        text = &rest[unit.len_utf8()..];
    }
    Some(sum)
}

#[cfg(test)]
mod tests;
