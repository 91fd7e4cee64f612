//! Windows of time as a dataset declares them, checked, and which of them a time falls in.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use humantime::format_duration;
use mesh_contracts::{Contract, LogicalType, Property};
use mesh_storage::{WINDOW_END, WINDOW_START};

use super::resolve::unknown;
use crate::SdkError;
use crate::declaration::Window;

/// Windows that one row may fall in: it is there once for each of them.
const MOST_WINDOWS: i64 = 300;
/// Nothing that windows are made of is longer.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
/// Statistics of files tell times to the millisecond.
const PRECISION: i64 = 1_000;

/// Windows of the rows of a dataset, counted from the epoch. Times and lengths are microseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Windowing {
    pub(crate) over: String,
    /// Column of `over`.
    pub(crate) time: String,
    pub(crate) size: i64,
    pub(crate) every: i64,
    pub(crate) delay: i64,
    pub(crate) lateness: i64,
    pub(crate) idle: Option<Duration>,
}

impl Windowing {
    /// What the dataset `name` declares, if it can be.
    pub(super) fn check(
        name: &str,
        declared: &Window,
        of: &BTreeMap<&str, Contract>,
    ) -> Result<Windowing, SdkError> {
        let wrong = |field: &str, message: String| {
            SdkError::declaration(format!("datasets.{name}.window.{field}"), message)
        };
        let length = |field: &str, written: &str| {
            length(written)
                .map(|length| length.as_micros() as i64)
                .map_err(|message| wrong(field, message))
        };
        let or_none = |field: &str, written: &Option<String>| match written {
            Some(written) => length(field, written),
            None => Ok(0),
        };
        let over = of
            .get(declared.over.as_str())
            .filter(|_| declared.over != name);
        let over = over.ok_or_else(|| {
            let others = of.keys().filter(|other| **other != name);
            wrong("over", unknown("other dataset", &declared.over, others))
        })?;
        check_time(over, &declared.time).map_err(|message| wrong("time", message))?;
        let size = length("size", &declared.size)?;
        let every = declared.every.as_ref().unwrap_or(&declared.size);
        let every = length("every", every)?;
        check_lengths(size, every).map_err(|(field, message)| wrong(field, message))?;
        let idle = declared.idle.as_ref();
        let idle = idle.map(|idle| self::length(idle)).transpose();
        let idle = idle.map_err(|message| wrong("idle", message))?;
        if idle.is_some_and(|idle| idle < Duration::from_secs(1)) {
            return Err(wrong("idle", "write a second or more".to_owned()));
        }
        Ok(Windowing {
            over: declared.over.clone(),
            time: declared.time.clone(),
            size,
            every,
            delay: or_none("delay", &declared.delay)?,
            lateness: or_none("lateness", &declared.lateness)?,
            idle,
        })
    }

    /// `windows of 1h, one each 5m`
    pub(crate) fn in_words(&self) -> String {
        let written = |micros: i64| format_duration(Duration::from_micros(micros.unsigned_abs()));
        match self.size == self.every {
            true => format!("windows of {}", written(self.size)),
            false => format!(
                "windows of {}, one each {}",
                written(self.size),
                written(self.every)
            ),
        }
    }

    /// The first start of a window that is not closed at `watermark`; all before it are.
    pub(crate) fn closed(&self, watermark: i64) -> i64 {
        self.after_oldest(watermark).saturating_sub(self.size)
    }

    /// The first start of a window that still takes rows at `watermark`.
    pub(crate) fn open(&self, watermark: i64) -> i64 {
        self.closed(watermark.saturating_sub(self.lateness))
    }

    /// Rows whose times are before this are too late, at `watermark`, for a window that they fall in.
    pub(crate) fn too_late_before(&self, watermark: i64) -> i64 {
        let open = self.open(watermark).saturating_add(self.size);
        open.saturating_sub(self.every)
    }

    /// The starts of the windows that times fall in, which begin and end where windows may start.
    pub(crate) fn starts(&self, times: &Range<i64>) -> Range<i64> {
        self.after_oldest(times.start).saturating_sub(self.size)..times.end
    }

    /// The times that fall in windows with these starts.
    pub(crate) fn times(&self, starts: &Range<i64>) -> Range<i64> {
        let end = starts.end.saturating_sub(self.every);
        starts.start..end.saturating_add(self.size)
    }

    /// Where the last of the windows ends that `time` falls in.
    pub(crate) fn last_end(&self, time: i64) -> i64 {
        self.start_before(time).saturating_add(self.size)
    }

    /// The start of the newest window that `time` falls in.
    fn start_before(&self, time: i64) -> i64 {
        time.div_euclid(self.every).saturating_mul(self.every)
    }

    /// Where the oldest of the windows ends that `time` falls in.
    fn after_oldest(&self, time: i64) -> i64 {
        self.start_before(time).saturating_add(self.every)
    }
}

fn check_time(over: &Contract, time: &str) -> Result<(), String> {
    let (name, properties) = (over.name(), over.schema().properties());
    for column in [WINDOW_START, WINDOW_END] {
        if over.schema().property(column).is_some() {
            return Err(format!(
                "contract {name} has a property {column}, which every row gets from its window"
            ));
        }
    }
    let Some(property) = over.schema().property(time) else {
        let times = properties.iter().filter(|property| is_time(property));
        let unknown = unknown("timestamp", time, times.map(Property::name));
        return Err(format!("contract {name} has {unknown}"));
    };
    if !is_time(property) {
        let what = property.logical_type().name();
        return Err(format!("{time} is a {what}; windows are of a timestamp"));
    }
    match property.required() {
        true => Ok(()),
        false => Err(format!(
            "{time} may be absent, and a row without it falls in no window: make it `required` in contract {name}"
        )),
    }
}

fn is_time(property: &Property) -> bool {
    matches!(property.logical_type(), LogicalType::Timestamp)
}

fn check_lengths(size: i64, every: i64) -> Result<(), (&'static str, String)> {
    for (field, length) in [("size", size), ("every", every)] {
        if length == 0 || length % PRECISION != 0 {
            return Err((field, "write a whole number of milliseconds".to_owned()));
        }
    }
    if size % every != 0 {
        let message = "`size` has to be a multiple of it, so that windows end where others start";
        return Err(("every", message.to_owned()));
    }
    let windows = size / every;
    if windows > MOST_WINDOWS {
        let message = format!(
            "each row would fall in {windows} windows; more than {MOST_WINDOWS} are too many"
        );
        return Err(("every", message));
    }
    Ok(())
}

/// `30s`, `1h 30m`
fn length(written: &str) -> Result<Duration, String> {
    let known = humantime::parse_duration(written).map_err(|_| {
        format!(
            "`{written}` is no length of time; write a number and a unit, such as 30s, 10m or 1h"
        )
    })?;
    match known <= LONGEST {
        true => Ok(known),
        false => Err("write a hundred years or less".to_owned()),
    }
}

#[cfg(test)]
mod tests;
