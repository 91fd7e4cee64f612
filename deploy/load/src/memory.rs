//! What a process holds in memory, over time.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

const BETWEEN: Duration = Duration::from_millis(250);

/// Samples of the resident memory of a process, taken until it is asked for them.
pub(crate) struct Memory {
    process: u32,
    samples: Arc<Mutex<Vec<Sample>>>,
}

#[derive(Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) at: Duration,
    pub(crate) mebibytes: f64,
}

impl Memory {
    pub(crate) fn of(process: u32) -> Memory {
        let samples: Arc<Mutex<Vec<Sample>>> = Arc::default();
        let memory = Memory {
            process,
            samples: samples.clone(),
        };
        let begun = Instant::now();
        // Ends with the process.
        thread::spawn(move || {
            while let Some(mebibytes) = resident(process) {
                let sample = Sample {
                    at: begun.elapsed(),
                    mebibytes,
                };
                samples
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(sample);
                thread::sleep(BETWEEN);
            }
        });
        memory
    }

    pub(crate) fn samples(&self) -> Vec<Sample> {
        self.samples
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The most it ever held, in MiB.
    pub(crate) fn most(&self) -> Option<f64> {
        status(self.process, "VmHWM:")
    }
}

fn resident(process: u32) -> Option<f64> {
    status(process, "VmRSS:")
}

/// A process that has ended has no such line.
fn status(process: u32, line: &str) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let value = status.lines().find_map(|other| other.strip_prefix(line))?;
    let kibibytes: f64 = value.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes / 1024.0)
}
