//! The bounds of a dataset's commits, and of what may wait for them.

use std::time::Duration;

use bytesize::ByteSize;

use crate::SdkError;
use crate::declaration::Sink;

/// When the events that were collected are committed, and how many more may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SinkLimits {
    /// An event is in the dataset at most this long after it was read, when all is well.
    pub(crate) max_delay: Duration,
    /// Events of one commit.
    pub(crate) max_rows: usize,
    /// Bytes of the events of one commit; a single event may have more.
    pub(crate) max_bytes: usize,
    /// Events that were accepted and are not yet stored.
    pub(crate) max_backlog: u64,
}

impl Default for SinkLimits {
    fn default() -> SinkLimits {
        SinkLimits {
            max_delay: Duration::from_millis(500),
            max_rows: 20_000,
            max_bytes: 32 << 20,
            max_backlog: 1_000_000,
        }
    }
}

impl SinkLimits {
    /// What `declared`, which stands at `path` of `mesh.yaml`, asks for.
    pub(super) fn read(declared: &Sink, path: &str) -> Result<SinkLimits, SdkError> {
        let wrong = |field: &str, message: String| {
            SdkError::declaration(format!("{path}.{field}"), message)
        };
        let mut limits = SinkLimits::default();
        if let Some(text) = &declared.max_delay {
            let range = Duration::from_millis(1)..=Duration::from_secs(600);
            let delay = humantime::parse_duration(text).ok();
            limits.max_delay = delay.filter(|delay| range.contains(delay)).ok_or_else(|| {
                let message = "write a time from 1ms to 10min, such as 500ms or 2s";
                wrong("max_delay", message.to_owned())
            })?;
        }
        if let Some(text) = &declared.max_bytes {
            let range = 1024..=256 << 20;
            let bytes = text.parse::<ByteSize>().ok().map(|size| size.as_u64());
            let bytes = bytes.filter(|bytes| range.contains(bytes)).ok_or_else(|| {
                let message = "write an amount from 1KiB to 256MiB, such as 32MiB";
                wrong("max_bytes", message.to_owned())
            })?;
            limits.max_bytes = bytes as usize;
        }
        let counts = [
            ("max_rows", declared.max_rows, 1_000_000),
            ("max_backlog", declared.max_backlog, 1_000_000_000),
        ];
        for (field, count, most) in counts {
            if count.is_some_and(|count| !(1..=most).contains(&count)) {
                return Err(wrong(
                    field,
                    format!("write a whole number from 1 to {most}"),
                ));
            }
        }
        if let Some(rows) = declared.max_rows {
            limits.max_rows = rows as usize;
        }
        limits.max_backlog = declared.max_backlog.unwrap_or(limits.max_backlog);
        Ok(limits)
    }
}
