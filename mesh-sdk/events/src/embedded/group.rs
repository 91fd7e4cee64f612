//! The groups of consumers that share topics, in this process.

mod sharing;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::watch;

use super::topic::Topic;
use crate::Delivery;

use sharing::{MemberId, Sharing};

/// The groups that have members, by name and the id of their topic.
#[derive(Default)]
pub(super) struct Groups {
    joined: Mutex<HashMap<(String, u32), Weak<Group>>>,
}

type Group = watch::Sender<Sharing>;

/// A place in a group; dropping it leaves the group.
pub(super) struct Membership {
    group: Arc<Group>,
    sharing: watch::Receiver<Sharing>,
    member: MemberId,
}

impl Groups {
    pub(super) fn join(&self, group: &str, topic: &Topic) -> Membership {
        let mut joined = self.joined.lock().unwrap_or_else(PoisonError::into_inner);
        joined.retain(|_, group| group.strong_count() > 0);
        let place = joined.entry((group.to_owned(), topic.id())).or_default();
        let group = place.upgrade().unwrap_or_else(|| {
            let group = Arc::new(watch::Sender::new(Sharing::new(topic.partitions())));
            *place = Arc::downgrade(&group);
            group
        });
        let mut member = None;
        group.send_modify(|sharing| member = Some(sharing.join()));
        Membership {
            sharing: group.subscribe(),
            member: member.expect("the group was asked above"),
            group,
        }
    }
}

impl Membership {
    /// What this member has to be told, once there is something. Cancel-safe.
    pub(super) async fn change(&mut self) -> Delivery {
        let member = self.member;
        loop {
            let news = self.sharing.wait_for(|sharing| sharing.has_news(member));
            news.await.expect("this membership holds its group");
            let mut told = None;
            self.group.send_if_modified(|sharing| {
                told = sharing.tell(member);
                false
            });
            if let Some(told) = told {
                return told;
            }
        }
    }

    pub(super) fn release(&self, partitions: &[u32]) {
        self.group
            .send_modify(|sharing| sharing.release(self.member, partitions));
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.group.send_modify(|sharing| sharing.leave(self.member));
    }
}
