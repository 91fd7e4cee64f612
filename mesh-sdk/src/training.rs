//! How versions of a model come to be: the cases, what is learned from them, and the runs in which that is done.
//!
//! A run is asked for by an event on the model's topic, whoever asks; the id of the event is the run's. What a run came to is a
//! row of the dataset `training_runs`: a run that is asked for twice is one, and one that a crash ended is begun again.

mod background;
mod cases;
mod fit;
mod online;
mod requests;
mod runs;
mod schedule;
mod trainer;
mod worth;

pub(crate) use background::{give_way, in_the_background};
pub use cases::cross_validate;
pub(crate) use cases::{Cases, HeldOut, MAX_CLASSES, WHOLE_BELOW};
pub(crate) use fit::{PARITY, revision};
pub(crate) use online::Learner;
pub(crate) use requests::{Asker, Requests, Wanted, contract};
pub use runs::{Cause, RunProgress, RunState, TrainingRun};
pub(crate) use runs::{Runs, RunsError, TRAINING_RUNS, TrainingRuns};
pub(crate) use schedule::Schedule;
pub(crate) use trainer::{Room, Trainer};
pub(crate) use worth::{Worth, bootstrap};
