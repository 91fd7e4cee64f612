//! Who has which partition of a topic, and who is to have it.

use std::collections::BTreeSet;

use crate::Delivery;

/// In the order of joining.
pub(super) type MemberId = u64;

/// How the members of a group share the partitions of a topic.
pub(super) struct Sharing {
    members: BTreeSet<MemberId>,
    joined: MemberId,
    shares: Vec<Share>,
}

#[derive(Clone, Copy, Default)]
struct Share {
    /// Who is to have the partition.
    heir: Option<MemberId>,
    /// Who was told that it has the partition, and has not released it since.
    holder: Option<MemberId>,
}

impl Share {
    fn is_gained_by(&self, member: MemberId) -> bool {
        self.heir == Some(member) && self.holder.is_none()
    }

    fn is_lost_by(&self, member: MemberId) -> bool {
        self.holder == Some(member) && self.heir != Some(member)
    }
}

impl Sharing {
    pub(super) fn new(partitions: u32) -> Self {
        Self {
            members: BTreeSet::new(),
            joined: 0,
            shares: vec![Share::default(); partitions as usize],
        }
    }

    pub(super) fn join(&mut self) -> MemberId {
        self.joined += 1;
        self.members.insert(self.joined);
        self.divide();
        self.joined
    }

    pub(super) fn leave(&mut self, member: MemberId) {
        self.members.remove(&member);
        for share in &mut self.shares {
            share.holder.take_if(|holder| *holder == member);
        }
        self.divide();
    }

    pub(super) fn release(&mut self, member: MemberId, partitions: &[u32]) {
        for &partition in partitions {
            let share = &mut self.shares[partition as usize];
            share.holder.take_if(|holder| *holder == member);
        }
    }

    pub(super) fn has_news(&self, member: MemberId) -> bool {
        let mut shares = self.shares.iter();
        shares.any(|share| share.is_gained_by(member) || share.is_lost_by(member))
    }

    /// What `member` has lost, or else what it has gained and holds from now on.
    pub(super) fn tell(&mut self, member: MemberId) -> Option<Delivery> {
        let lost = self.partitions(|share| share.is_lost_by(member));
        if !lost.is_empty() {
            return Some(Delivery::Revoked(lost));
        }
        let gained = self.partitions(|share| share.is_gained_by(member));
        for &partition in &gained {
            self.shares[partition as usize].holder = Some(member);
        }
        (!gained.is_empty()).then_some(Delivery::Assigned(gained))
    }

    fn partitions(&self, which: impl Fn(&Share) -> bool) -> Vec<u32> {
        let shares = (0..).zip(&self.shares);
        let found = shares.filter(|(_, share)| which(share));
        found.map(|(partition, _)| partition).collect()
    }

    /// Makes the members heirs of as many partitions each, but for one more, and moves no more than that takes.
    fn divide(&mut self) {
        if self.members.is_empty() {
            return;
        }
        let of = |member| self.partitions(|share| share.heir == Some(member));
        let mut parts: Vec<_> = self.members.iter().map(|&it| (it, of(it))).collect();
        // Those who have most keep one more, where it does not come out even.
        parts.sort_by_key(|(_, part)| std::cmp::Reverse(part.len()));
        let (each, larger) = (
            self.shares.len() / parts.len(),
            self.shares.len() % parts.len(),
        );
        let sizes = (0..parts.len()).map(|place| each + usize::from(place < larger));

        let is_member = |heir: Option<MemberId>| heir.is_some_and(|it| self.members.contains(&it));
        let mut free = self.partitions(|share| !is_member(share.heir));
        for ((_, part), size) in parts.iter_mut().zip(sizes.clone()) {
            free.extend(part.split_off(size.min(part.len())));
        }
        for ((member, part), size) in parts.iter().zip(sizes) {
            let missing = size - part.len().min(size);
            for partition in free.drain(..missing) {
                self.shares[partition as usize].heir = Some(*member);
            }
        }
    }
}

#[cfg(test)]
mod tests;
