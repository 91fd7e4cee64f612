use crate::entry::VersionEntry;
use crate::pages::format::{count, counted, percent};

/// Classes by what they are (rows) and what was told (columns).
pub(super) struct Confusion {
    pub(super) caption: String,
    pub(super) classes: Vec<String>,
    pub(super) rows: Vec<ConfusionRow>,
}

pub(super) struct ConfusionRow {
    pub(super) class: String,
    pub(super) cells: Vec<ConfusionCell>,
}

pub(super) struct ConfusionCell {
    pub(super) cases: String,
    /// Of its row.
    pub(super) part: String,
    pub(super) is_right: bool,
}

pub(super) fn of(version: &VersionEntry) -> Option<Confusion> {
    let classes = version.classes.as_ref()?;
    let right: u64 = (0..classes.names.len())
        .filter_map(|class| classes.confusion.get(class)?.get(class))
        .sum();
    let all: u64 = classes.confusion.iter().flatten().sum();
    let rows: Vec<ConfusionRow> = classes
        .names
        .iter()
        .zip(&classes.confusion)
        .enumerate()
        .map(|(class, (name, cells))| {
            let of_class: u64 = cells.iter().sum();
            ConfusionRow {
                class: name.clone(),
                cells: cells
                    .iter()
                    .enumerate()
                    .map(|(told, cases)| ConfusionCell {
                        cases: count(*cases),
                        part: percent(*cases as f64 / of_class.max(1) as f64),
                        is_right: told == class,
                    })
                    .collect(),
            }
        })
        .collect();
    (all > 0).then(|| Confusion {
        caption: format!(
            "Right in {} of {} held out. Shares are of the cases that are of the class.",
            count(right),
            counted(all, "case")
        ),
        classes: classes.names.clone(),
        rows,
    })
}
