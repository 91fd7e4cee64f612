use std::collections::HashMap;

use chrono::Utc;

use super::older::Older;

/// Ids that are kept at most; each takes 35 to 70 bytes.
const MOST: usize = 500_000;
/// So few are not worth looking through.
const FEW: usize = 10_000;

/// The ids from some time on: the newest by when they came last, those before them in less space.
pub(super) struct Recent {
    /// Every id from here on is there; nothing before the first was asked for.
    since: Option<i64>,
    at: HashMap<u128, i64>,
    older: Older,
    most: usize,
    /// How many there are when what is too old goes.
    prune_at: usize,
}

/// What is known of an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// It came last at this time.
    At(i64),
    Never,
    /// It has to be asked for.
    Perhaps,
}

impl Default for Recent {
    fn default() -> Recent {
        Recent {
            since: None,
            at: HashMap::new(),
            older: Older::default(),
            most: MOST,
            prune_at: FEW,
        }
    }
}

impl Recent {
    pub(super) fn since(since: i64) -> Recent {
        Recent {
            since: Some(since),
            ..Recent::default()
        }
    }

    pub(super) fn has_begun(&self) -> bool {
        self.since.is_some()
    }

    /// When an id came last, if that was at `since` or after.
    pub(super) fn look_up(&self, id: u128, since: i64) -> Known {
        match self.at.get(&id) {
            Some(at) => Known::At(*at),
            None if self.reaches(since) && !self.older.may_have(id) => Known::Never,
            None => Known::Perhaps,
        }
    }

    /// Whether no id that came at `time` or after is forgotten.
    fn reaches(&self, time: i64) -> bool {
        self.since.is_some_and(|since| since <= time)
    }

    pub(super) fn add(&mut self, ids: impl IntoIterator<Item = (u128, i64)>, window: i64) {
        for (id, at) in ids {
            let known = self.at.entry(id).or_insert(at);
            *known = at.max(*known);
            if self.at.len() >= self.prune_at {
                self.prune(window);
            }
        }
    }

    /// Forgets what is older than the window and a little more, for what comes late. If that is not enough, the older half is kept
    /// in less space.
    fn prune(&mut self, window: i64) {
        let newest = self.at.values().max().copied().unwrap_or_default();
        // A time that lies ahead makes nothing old.
        let newest = newest.min(Utc::now().timestamp_micros());
        self.forget_before(newest.saturating_sub(window.saturating_add(window / 8)));
        if self.at.len() >= self.most {
            let mut times: Vec<i64> = self.at.values().copied().collect();
            let middle = times.len() / 2;
            let (_, median, _) = times.select_nth_unstable(middle);
            self.keep_in_less_space(*median);
        }
        self.prune_at = (self.at.len() * 2).clamp(FEW.min(self.most), self.most);
        self.at.shrink_to(self.prune_at);
    }

    fn forget_before(&mut self, time: i64) {
        self.since = self.since.map(|since| since.max(time));
        self.at.retain(|_, at| *at >= time);
        self.older.forget_before(time);
    }

    /// Of the ids up to `time`.
    fn keep_in_less_space(&mut self, time: i64) {
        for (id, at) in self.at.extract_if(|_, at| *at <= time) {
            if let Some(newest) = self.older.add(id, at) {
                let since = |since: i64| since.max(newest.saturating_add(1));
                self.since = self.since.map(since);
            }
        }
    }
}

#[cfg(test)]
mod tests;
