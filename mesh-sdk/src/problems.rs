//! Errors of this crate and of those below it -> problems, in one place.

use mesh_events::EventError;
use mesh_models::ModelError;
use mesh_platform::problem::{ErrorCode, Problem, codes};
use mesh_storage::StorageError;
use serde_json::json;

use crate::SdkError;
use crate::http::refusal;
use crate::ingest::{BodyError, IngestError, WayError};
use crate::lifecycle::LifecycleError;
use crate::quarantine::ReplayError;
use crate::scoring::ScoreError;
use crate::sink::backlog::Congested;
use crate::training::RunsError;

impl From<BodyError> for Problem {
    fn from(error: BodyError) -> Self {
        let code = match &error {
            BodyError::Empty => &codes::EMPTY_BODY,
            BodyError::NotUtf8(_) => &codes::NOT_UTF8,
            BodyError::NotJson(_) => &codes::NOT_JSON,
            BodyError::BadCsv(_) => &codes::BAD_CSV,
            BodyError::TooManyRecords => &codes::BODY_TOO_LARGE,
            BodyError::Unfit(_) => &codes::BAD_REQUEST,
        };
        Problem::new(code).with_detail(error.to_string())
    }
}

impl From<IngestError> for Problem {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Body(error) => error.into(),
            IngestError::Way(error) => error.into(),
        }
    }
}

impl From<ScoreError> for Problem {
    fn from(error: ScoreError) -> Self {
        match error {
            ScoreError::Body(error) => error.into(),
            ScoreError::Way(error) => error.into(),
            ScoreError::Model(ModelError::UndefinedScore { row }) => {
                let problem = Problem::new(&codes::UNDEFINED_SCORE);
                problem.with_detail(format!(
                    "Nothing was scored: in record {row} a number that the model needs is missing or far out of its range."
                ))
            }
            ScoreError::Model(ModelError::NotExplainable { reason }) => Problem::new(
                &codes::MODEL_NOT_EXPLAINABLE,
            )
            .with_detail(format!(
                "Nothing was scored: the version that answers cannot be explained, since {reason}."
            )),
            ScoreError::Model(error) => Problem::internal(error),
            ScoreError::NotReady => Problem::new(&codes::MODEL_NOT_READY),
            ScoreError::TooMany(_) | ScoreError::TooManyToExplain(_) => {
                Problem::new(&codes::BODY_TOO_LARGE).with_detail(error.to_string())
            }
            ScoreError::Refused(refused) => {
                let detail = "Nothing was scored: mend the records that are listed.";
                refusal(
                    Problem::new(&codes::CONTRACT_VIOLATION).with_detail(detail),
                    &refused,
                )
            }
        }
    }
}

/// What the caller can mend, the caller is told.
pub(crate) fn query(error: StorageError) -> Problem {
    match ErrorCode::find(error.code()) {
        Some(code) if code.status() < 500 || code.status() == 504 => {
            Problem::new(code).with_detail(error.to_string())
        }
        _ => Problem::internal(error),
    }
}

impl From<WayError> for Problem {
    fn from(error: WayError) -> Self {
        match error {
            WayError::Congested(congested) => congested.into(),
            WayError::Events(error) => events(error),
        }
    }
}

impl From<Congested> for Problem {
    fn from(congested: Congested) -> Self {
        let seconds = match congested {
            Congested::Requests => 1,
            // The dataset has to catch up first.
            Congested::Backlog { .. } => 5,
        };
        Problem::new(&codes::TOO_MANY_REQUESTS)
            .with_detail(format!("Nothing was accepted: {congested}."))
            .with_retry_after(seconds)
    }
}

impl From<ReplayError> for Problem {
    fn from(error: ReplayError) -> Self {
        match error {
            ReplayError::NoEntry(_) => {
                Problem::new(&codes::NOT_FOUND).with_detail(error.to_string())
            }
            error => Problem::caused(&codes::UNAVAILABLE, error).with_detail(
                "What was begun is finished by the next replay, or when the product starts: ask again.",
            ),
        }
    }
}

impl From<LifecycleError> for Problem {
    fn from(error: LifecycleError) -> Self {
        match error {
            LifecycleError::NoVersion { .. } => {
                Problem::new(&codes::NOT_FOUND).with_detail(error.to_string())
            }
            LifecycleError::Gate { ref report, .. } => {
                let failed = report.failed().map(|check| json!(check));
                Problem::new(&codes::GATE_FAILED)
                    .with_detail(error.to_string())
                    .with_errors(failed.collect())
            }
            LifecycleError::NoTrial(_) => {
                Problem::new(&codes::NOT_FOUND).with_detail(error.to_string())
            }
            LifecycleError::Already { .. }
            | LifecycleError::Overtaken(_)
            | LifecycleError::Answers(_)
            | LifecycleError::Otherwise { .. }
            | LifecycleError::NothingBefore(_)
            | LifecycleError::Frozen(_) => {
                Problem::new(&codes::STAGE_CONFLICT).with_detail(error.to_string())
            }
            LifecycleError::History(error) if error.is_overtaken() => {
                Problem::new(&codes::STAGE_CONFLICT)
                    .with_detail("something else was decided about this model meanwhile: look again")
            }
            LifecycleError::History(error) => Problem::caused(&codes::UNAVAILABLE, error)
                .with_detail("The history of the model cannot be written at the moment; nothing has changed."),
            // The cases, not the version.
            LifecycleError::Sdk(error @ SdkError::Training { .. }) => {
                Problem::new(&codes::STAGE_CONFLICT).with_detail(error.to_string())
            }
            LifecycleError::Sdk(error) => error.into(),
            LifecycleError::Refused(error) => {
                Problem::new(&codes::MODEL_REFUSED).with_detail(error.to_string())
            }
            LifecycleError::Model(error) => Problem::internal(error),
        }
    }
}

impl From<RunsError> for Problem {
    fn from(error: RunsError) -> Self {
        match error {
            RunsError::NoRun { .. } => {
                Problem::new(&codes::NOT_FOUND).with_detail(error.to_string())
            }
            RunsError::Over { .. } => Problem::new(&codes::RUN_OVER).with_detail(error.to_string()),
            RunsError::Keep(error) => Problem::caused(&codes::UNAVAILABLE, error)
                .with_detail("The training runs of the model cannot be written at the moment: ask again with the same id."),
            RunsError::Alone(error) => error.into(),
        }
    }
}

impl From<SdkError> for Problem {
    fn from(error: SdkError) -> Self {
        Problem::internal(error)
    }
}

/// Of the event log, to whom nothing was acknowledged.
pub(crate) fn events(error: EventError) -> Problem {
    match error {
        EventError::EventTooLarge { index, limit, .. } => Problem::new(&codes::BODY_TOO_LARGE)
            .with_detail(format!("record {index} makes an event of more than {limit} bytes")),
        error => Problem::caused(&codes::UNAVAILABLE, error).with_detail(
            "The event log does not take events at the moment. Nothing was acknowledged: send it again.",
        ),
    }
}
