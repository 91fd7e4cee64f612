//! Models are watched without a person: whether what they are asked still looks like what they learned from, how good their
//! answers are, and what is done about it. Every look is in the dataset `model_quality`.

mod actions;
mod answers;
mod challenger;
mod look;
mod rules;
mod table;
mod trial;
mod watcher;

pub(crate) use actions::contract;
pub(crate) use challenger::{CHALLENGER_SCORES, Challenger, ChallengerScores};
pub(crate) use look::{FEWEST, Reference};
pub(crate) use rules::Rule;
pub use table::{Finding, FindingKind};
pub(crate) use table::{MODEL_QUALITY, ModelQuality};
pub(crate) use trial::TrialReport;
pub(crate) use watcher::{Watched, Watcher};
