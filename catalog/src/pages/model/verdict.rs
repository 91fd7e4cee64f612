//! Whether a model does what it has to, out of what is known of it.

use super::measure;
use crate::entry::{
    Bound, DriftEntry, LookEntry, ModelEntry, SeriesEntry, SeriesPoint, WatchEntry,
};
use crate::pages::format::{counted, listed, score};
use crate::pages::health::{Health, Standing};

#[cfg(test)]
mod tests;

impl Health {
    pub(crate) fn of_model(model: &ModelEntry) -> Self {
        let not_known = |verdict: String| Self {
            standing: Standing::NotChecked,
            verdict,
            counts: held_out(model),
            checked_at: None,
        };
        match &model.watch {
            _ if !model.answers() => not_known(format!(
                "Version {} does not answer: it is in stage {}",
                model.version, model.stage
            )),
            None => not_known(format!(
                "Version {} answers; how well since then is not watched",
                model.version
            )),
            Some(watch) => watched(model, watch),
        }
    }
}

/// What is known of a measure since the version answers.
pub(super) struct Seen<'a> {
    pub(super) series: &'a SeriesEntry,
    /// The newest that rests on labels.
    pub(super) measured: Option<&'a SeriesPoint>,
    /// The newest, where that does not.
    pub(super) estimated: Option<&'a SeriesPoint>,
}

impl<'a> Seen<'a> {
    pub(super) fn of(series: &'a SeriesEntry, version: u64) -> Self {
        let of_version = || {
            series
                .points
                .iter()
                .filter(|point| point.version == version)
        };
        Self {
            series,
            measured: of_version().rfind(|point| !point.estimated),
            estimated: of_version().next_back().filter(|point| point.estimated),
        }
    }

    fn is_beyond(&self, point: Option<&SeriesPoint>) -> bool {
        self.series
            .bound
            .zip(point)
            .is_some_and(|(bound, point)| !bound.is_kept_by(point.value))
    }

    fn is_broken(&self) -> bool {
        self.is_beyond(self.measured)
    }

    fn is_doubted(&self) -> bool {
        !self.is_broken() && self.is_beyond(self.estimated)
    }

    /// `AUC 0.88 [0.84, 0.92] on 214 labelled cases, gate at least 0.85`
    fn in_words(&self) -> Option<String> {
        let name = &self.series.measure;
        let point = if self.is_doubted() {
            self.estimated
        } else {
            self.measured
        }?;
        let mut words = format!(
            "{} {}",
            measure::title(name),
            measure::told(name, point.value)
        );
        if let Some((low, high)) = point.low.zip(point.high) {
            words += &format!(" {}", measure::interval(name, low, high));
        }
        words += &if point.estimated {
            format!(", estimated on {}", counted(point.cases, "case"))
        } else {
            format!(" on {}", counted(point.cases, "labelled case"))
        };
        if let Some(bound) = self.series.bound {
            words += &format!(", gate {}", measure::bound(name, bound));
        }
        Some(words)
    }
}

fn watched(model: &ModelEntry, watch: &WatchEntry) -> Health {
    let seen: Vec<Seen<'_>> = watch
        .measures
        .iter()
        .map(|series| Seen::of(series, model.version))
        .collect();
    let broken: Vec<&Seen<'_>> = seen.iter().filter(|seen| seen.is_broken()).collect();
    let doubted: Vec<&Seen<'_>> = seen.iter().filter(|seen| seen.is_doubted()).collect();
    let is_known = seen.iter().any(|seen| seen.measured.is_some());
    let drifted = worst_first(&watch.drift);
    let drifted: Vec<_> = drifted.into_iter().filter(|drift| drift.drifted).collect();
    let standing = if !broken.is_empty() {
        Standing::Broken
    } else if !doubted.is_empty() || !drifted.is_empty() {
        Standing::AtRisk
    } else if is_known {
        Standing::Kept
    } else {
        Standing::NotChecked
    };
    let of_measures = if !broken.is_empty() {
        beyond(&broken, "")
    } else if !doubted.is_empty() {
        beyond(&doubted, "estimated to be ")
    } else {
        within(model, watch, &seen)
    };
    let verdict: Vec<String> = [Some(of_measures), of_drift(&watch.drift, drifted.len())]
        .into_iter()
        .flatten()
        .collect();
    let shown = [broken, doubted].concat();
    let shown = shown
        .first()
        .copied()
        .or_else(|| seen.iter().find(|seen| seen.measured.is_some()));
    let reasons = [
        shown.and_then(Seen::in_words),
        drifted.first().map(|drift| drift_in_words(drift)),
        (!is_known).then(|| held_out(model)).flatten(),
    ];
    let reasons: Vec<String> = reasons.into_iter().flatten().collect();
    Health {
        standing,
        verdict: verdict.join("; "),
        counts: (!reasons.is_empty()).then(|| reasons.join("; ")),
        checked_at: Some(watch.as_of),
    }
}

fn beyond(seen: &[&Seen<'_>], estimated: &str) -> String {
    let titles = titles(seen);
    match seen {
        [only] => {
            let side = match only.series.bound {
                Some(Bound::AtMost(_)) => "over",
                _ => "under",
            };
            format!("{titles} is {estimated}{side} its gate")
        }
        _ => format!("{titles} are {estimated}beyond their gates"),
    }
}

fn within(model: &ModelEntry, watch: &WatchEntry, seen: &[Seen<'_>]) -> String {
    let measured: Vec<&Seen<'_>> = seen.iter().filter(|seen| seen.measured.is_some()).collect();
    let bounded = measured
        .iter()
        .copied()
        .filter(|seen| seen.series.bound.is_some());
    let bounded: Vec<&Seen<'_>> = bounded.collect();
    let titles = titles(&bounded);
    match bounded.as_slice() {
        [_] => format!("{titles} is within its gate"),
        [_, ..] => format!("{titles} are within their gates"),
        [] if !measured.is_empty() => {
            "It is measured; no gate says what it has to reach".to_owned()
        }
        [] if watch.asked.is_none_or(|look| look.version != model.version) => {
            "Its answers have not been looked at yet".to_owned()
        }
        [] => "No labels yet, so how right its answers are is not known".to_owned(),
    }
}

fn titles(seen: &[&Seen<'_>]) -> String {
    let titles: Vec<String> = seen
        .iter()
        .map(|seen| measure::title(&seen.series.measure).to_owned())
        .collect();
    listed(&titles)
}

fn of_drift(drift: &[DriftEntry], drifted: usize) -> Option<String> {
    let inputs = counted(drift.len() as u64, "input");
    match drifted {
        _ if drift.is_empty() => None,
        0 => Some(format!("none of {inputs} has drifted")),
        1 => Some(format!("1 of {inputs} has drifted")),
        many => Some(format!("{many} of {inputs} have drifted")),
    }
}

/// By how far each is beyond its threshold, or below it.
pub(super) fn worst_first(drift: &[DriftEntry]) -> Vec<&DriftEntry> {
    let excess = |drift: &DriftEntry| drift.statistic - drift.threshold;
    let mut sorted: Vec<&DriftEntry> = drift.iter().collect();
    sorted.sort_by(|a, b| {
        let drifted = b.drifted.cmp(&a.drifted);
        drifted.then_with(|| excess(b).total_cmp(&excess(a)))
    });
    sorted
}

fn drift_in_words(drift: &DriftEntry) -> String {
    format!(
        "{}: {} {}, alarm from {}",
        drift.feature,
        drift.test,
        score(drift.statistic),
        score(drift.threshold)
    )
}

/// `of 214 answers of version 2 at the newest look`
pub(super) fn labelled(watch: &WatchEntry) -> Option<String> {
    let LookEntry { version, answers } = watch.labelled?;
    let answers = counted(answers, "answer");
    Some(format!(
        "of {answers} of version {version} at the newest look"
    ))
}

/// What the version did on the cases held out, in the measure that counts most.
fn held_out(model: &ModelEntry) -> Option<String> {
    let version = model.described()?;
    let gated = model
        .gate
        .keys()
        .find(|name| version.measures.contains_key(*name));
    let first = version
        .measures
        .keys()
        .min_by_key(|name| measure::rank(name));
    let name = gated.or(first)?;
    let mut words = format!(
        "on {} held out, {} {}",
        counted(version.held_out, "case"),
        measure::title(name),
        measure::with_interval(name, &version.measures[name])
    );
    if let Some(bound) = model.gate.get(name) {
        words += &format!(", gate {}", measure::bound(name, *bound));
    }
    Some(words)
}
