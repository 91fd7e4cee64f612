use chrono::{DateTime, Utc};

use super::format::Moment;
use crate::entry::Failure;

/// Something that went wrong and still is, for the problem panel.
pub(super) struct FailureView {
    pub(super) message: String,
    pub(super) since: Moment,
}

impl FailureView {
    pub(super) fn new(failure: &Failure, now: DateTime<Utc>) -> Self {
        Self {
            message: failure.message.clone(),
            since: Moment::new(failure.since, now),
        }
    }
}
