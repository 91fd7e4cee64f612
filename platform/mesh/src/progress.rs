//! Shows on stderr what takes time: a spinner on a terminal, a line per step elsewhere.

use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use mesh_sdk::Progress;

#[derive(Default)]
pub(crate) struct Steps {
    current: Mutex<Option<ProgressBar>>,
}

impl Steps {
    pub(crate) fn show(&self, progress: &Progress) {
        let mut current = self
            .current
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        match progress {
            Progress::Started { step } => {
                let bar = ProgressBar::new_spinner().with_message(step.clone());
                bar.enable_steady_tick(Duration::from_millis(100));
                *current = Some(bar);
            }
            Progress::Done { step, result } => {
                if let Some(bar) = current.take() {
                    bar.finish_and_clear();
                }
                eprintln!("  {step}: {result}");
            }
            Progress::Skipped => {
                if let Some(bar) = current.take() {
                    bar.finish_and_clear();
                }
            }
        }
    }
}

/// A bar for work whose length is known.
pub(crate) fn bar(length: u64, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("  {msg} [{bar:30}] {pos}/{len}");
    ProgressBar::new(length)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        .with_message(what)
}
