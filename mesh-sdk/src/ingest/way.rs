use std::sync::Arc;

use mesh_events::{Event, EventError, EventLog};

use crate::sink::backlog::{Backlog, Congested, Room, Taken};

/// The way of events from a port to the log, as far as there is room on it.
pub(crate) struct Way {
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) room: Room,
    /// Of the topic that the events go to.
    pub(crate) backlog: Arc<Backlog>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum WayError {
    #[error(transparent)]
    Congested(#[from] Congested),
    #[error(transparent)]
    Events(#[from] EventError),
}

impl Way {
    /// Takes room for a request of `bytes`, to be kept until it is answered.
    pub(crate) fn take_room(&self, bytes: usize) -> Result<Taken, WayError> {
        Ok(self.room.take(bytes)?)
    }

    /// Returns once the events are durable.
    pub(crate) async fn append(&self, topic: &str, events: Vec<Event>) -> Result<(), WayError> {
        let count = events.len();
        self.backlog.accept(count)?;
        let appended = self.log.append(topic, events).await;
        if appended.is_err() {
            self.backlog.gone(count);
        }
        Ok(appended.map(drop)?)
    }
}
