//! Columns that together tell rows apart: `year, week, district`.

use std::collections::HashSet;

use super::column::Column;
use super::words;

/// Rows that combinations are tried on.
const ROWS: usize = 20_000;
/// Fewer rows are told apart by chance.
const FEWEST_ROWS: usize = 50;
/// Columns that combinations are made of, the first of a file.
const COLUMNS: usize = 8;

/// The values, as hashes, of the columns that may be part of a key.
pub(super) struct Candidates {
    columns: Vec<(usize, Vec<u64>)>,
    rows: usize,
}

impl Candidates {
    pub(super) fn new(columns: &[Column]) -> Candidates {
        let parts = columns
            .iter()
            .filter(|column| words::is_part_of_a_key(&column.name.name));
        Candidates {
            columns: parts
                .take(COLUMNS)
                .map(|column| (column.index, Vec::new()))
                .collect(),
            rows: 0,
        }
    }

    pub(super) fn add(&mut self, index: usize, hash: u64) {
        if self.rows < ROWS
            && let Some((_, hashes)) = self.columns.iter_mut().find(|(column, _)| *column == index)
        {
            hashes.push(hash);
        }
    }

    /// The cells of a row are added.
    pub(super) fn row(&mut self) {
        self.rows = (self.rows + 1).min(ROWS);
    }

    /// The smallest combination that tells the rows apart, in words.
    pub(super) fn composite(&self, columns: &[Column]) -> Option<String> {
        let complete: Vec<&(usize, Vec<u64>)> = self
            .columns
            .iter()
            .filter(|(index, _)| columns[*index].complete())
            .collect();
        let pairs = combinations(&complete, 2);
        let mut tried = pairs.into_iter().chain(combinations(&complete, 3));
        let found = tried.find(|combination| self.tell_apart(combination))?;
        let names: Vec<&str> = found
            .iter()
            .map(|(index, _)| columns[*index].name.name.as_str())
            .collect();
        Some(format!(
            "No column is a key by itself; {} together are no two rows alike in the first {} rows.",
            names.join(", "),
            self.rows
        ))
    }

    fn tell_apart(&self, combination: &[&(usize, Vec<u64>)]) -> bool {
        let mut seen = HashSet::with_capacity(self.rows);
        self.rows >= FEWEST_ROWS
            && (0..self.rows).all(|row| {
                let values: Vec<u64> = combination.iter().map(|(_, hashes)| hashes[row]).collect();
                seen.insert(values)
            })
    }
}

fn combinations<'a, T>(items: &[&'a T], size: usize) -> Vec<Vec<&'a T>> {
    if size == 0 {
        return vec![Vec::new()];
    }
    let with_first = |(index, first): (usize, &&'a T)| {
        let rest = combinations(&items[index + 1..], size - 1);
        let first = *first;
        rest.into_iter().map(move |mut rest| {
            rest.insert(0, first);
            rest
        })
    };
    items.iter().enumerate().flat_map(with_first).collect()
}
