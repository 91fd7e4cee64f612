//! The topics of a log and where each ends, as everyone may see them.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::watch;

/// A topic; its ends move only once what is before them is durable.
pub(super) struct Topic {
    name: String,
    id: u32,
    ends: watch::Sender<Vec<u64>>,
}

impl Topic {
    pub(super) fn new(name: String, id: u32, ends: Vec<u64>) -> Self {
        Self {
            name,
            id,
            ends: watch::Sender::new(ends),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What the store calls it.
    pub(super) fn id(&self) -> u32 {
        self.id
    }

    pub(super) fn partitions(&self) -> u32 {
        u32::try_from(self.ends.borrow().len()).expect("a topic is made with a u32 of partitions")
    }

    pub(super) fn ends(&self) -> Vec<u64> {
        self.ends.borrow().clone()
    }

    /// Shows readers everything before `ends` and wakes them.
    pub(super) fn publish(&self, ends: Vec<u64>) {
        self.ends.send_replace(ends);
    }

    pub(super) fn watch(&self) -> watch::Receiver<Vec<u64>> {
        self.ends.subscribe()
    }
}

/// The topics by name.
#[derive(Default)]
pub(super) struct Topics {
    by_name: RwLock<HashMap<String, Arc<Topic>>>,
}

impl Topics {
    pub(super) fn get(&self, name: &str) -> Option<Arc<Topic>> {
        let topics = self.by_name.read().unwrap_or_else(PoisonError::into_inner);
        topics.get(name).cloned()
    }

    pub(super) fn all(&self) -> Vec<Arc<Topic>> {
        let topics = self.by_name.read().unwrap_or_else(PoisonError::into_inner);
        topics.values().cloned().collect()
    }

    pub(super) fn insert(&self, topic: Topic) {
        let mut topics = self.by_name.write().unwrap_or_else(PoisonError::into_inner);
        topics.insert(topic.name.clone(), Arc::new(topic));
    }
}
