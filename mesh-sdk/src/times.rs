//! The time, and the times that a cron expression names, in UTC.

use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};

/// Between two looks at the clock: a machine may sleep, and its clock be set.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// The time in microseconds, which is what a dataset keeps.
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}

/// The newest time that has come after `since`, if one has.
pub(crate) fn missed(cron: &croner::Cron, since: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let last = cron.find_previous_occurrence(&Utc::now(), true).ok()?;
    (last > since).then_some(last)
}

/// Returns at the next time; never if there is none.
pub(crate) async fn until_next(cron: &croner::Cron) {
    let Ok(next) = cron.find_next_occurrence(&Utc::now(), false) else {
        return std::future::pending().await;
    };
    while let Ok(left) = (next - Utc::now()).to_std() {
        if left.is_zero() {
            return;
        }
        tokio::time::sleep(left.min(LONGEST_WAIT)).await;
    }
}
