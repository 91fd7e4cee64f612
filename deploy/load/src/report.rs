//! What is printed: Markdown, so that it can be kept.

use std::path::Path;
use std::time::Duration;

use crate::load::Reached;
use crate::memory::{Memory, Sample};

/// Columns of a drawing, and rows of the table beside it.
const DRAWN: usize = 60;
const LISTED: usize = 10;

pub(crate) struct Table(Vec<Vec<String>>);

impl Table {
    pub(crate) fn new(columns: &[&str]) -> Table {
        Table(vec![
            columns.iter().map(|&column| column.to_owned()).collect(),
        ])
    }

    pub(crate) fn rate(&mut self, name: &str, rate: f64) {
        self.row([name, "", &format!("{rate:.0}"), "", ""]);
    }

    pub(crate) fn reached(&mut self, name: &str, reached: &Reached) {
        let name = match reached.waits {
            0 => name.to_owned(),
            waits => format!("{name} (asked to wait {waits} times)"),
        };
        self.row([
            &name,
            &reached.events.to_string(),
            &format!("{:.0}", reached.rate),
            &seconds(reached.delay(0.5)),
            &seconds(reached.delay(0.99)),
        ]);
    }

    fn row(&mut self, cells: [&str; 5]) {
        self.0.push(cells.map(str::to_owned).to_vec());
    }

    pub(crate) fn print(&self) {
        let width = |column: usize| {
            self.0
                .iter()
                .map(|row| row[column].chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.0[0].len()).map(width).collect();
        for (number, row) in self.0.iter().enumerate() {
            let cells = row
                .iter()
                .zip(&widths)
                .enumerate()
                .map(|(column, (cell, &width))| match column {
                    0 => format!("{cell:<width$}"),
                    _ => format!("{cell:>width$}"),
                });
            println!("| {} |", cells.collect::<Vec<_>>().join(" | "));
            if number == 0 {
                let lines = widths.iter().map(|width| "-".repeat(*width));
                println!("|-{}-|", lines.collect::<Vec<_>>().join("-|-"));
            }
        }
        println!();
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}

/// What it ran on: rates mean nothing without.
pub(crate) fn machine(mesh: &Path) -> anyhow::Result<String> {
    let processors = std::thread::available_parallelism()?;
    let optimised = match cfg!(debug_assertions) {
        true => "the load itself built without optimisation",
        false => "the load itself optimised",
    };
    Ok(format!(
        "{} on {processors} processors, which load and broker share; {optimised}",
        mesh.display()
    ))
}

pub(crate) fn memory(memory: &Memory) {
    let samples = memory.samples();
    let drawn: Vec<f64> = thinned(&samples, DRAWN)
        .map(|sample| sample.mebibytes)
        .collect();
    let most = drawn.iter().copied().fold(1.0, f64::max);
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let block = |value: &f64| BLOCKS[((value / most * 7.0).round() as usize).min(7)];
    println!("\nmemory of the mesh over time, from 0 to {most:.0} MiB:\n");
    println!("    {}\n", drawn.iter().map(block).collect::<String>());
    let listed: Vec<&Sample> = thinned(&samples, LISTED).collect();
    let line = |cell: &dyn Fn(&Sample) -> String| {
        listed
            .iter()
            .map(|sample| format!("{:>6}", cell(sample)))
            .collect::<Vec<_>>()
            .join(" | ")
    };
    println!(
        "| after s | {} |",
        line(&|sample| format!("{:.0}", sample.at.as_secs_f64()))
    );
    println!("|---------|{}", "--------|".repeat(listed.len()));
    println!(
        "| MiB     | {} |",
        line(&|sample| format!("{:.0}", sample.mebibytes))
    );
    if let Some(most) = memory.most() {
        println!("\nat most {most:.0} MiB at any moment\n");
    }
}

/// About `count` of the samples, the last among them.
fn thinned(samples: &[Sample], count: usize) -> impl Iterator<Item = &Sample> {
    let step = samples.len().div_ceil(count).max(1);
    samples
        .iter()
        .rev()
        .step_by(step)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
}

/// What the mesh had to say meanwhile: a rate at which things went wrong is none.
pub(crate) fn warnings(log: &str) {
    let lines: Vec<&str> = log
        .lines()
        .filter(|line| line.contains(r#""level":"WARN""#) || line.contains(r#""level":"ERROR""#))
        .collect();
    if let Some(first) = lines.first() {
        println!("\nthe mesh warned {} times, first: {first}", lines.len());
    }
}
