use std::collections::HashMap;

use chrono::Utc;

/// Ids that are kept at most; each takes 35 to 70 bytes.
const MOST: usize = 2_000_000;
/// So few are not worth looking through.
const FEW: usize = 10_000;

/// The ids from some time on, by when they came last.
pub(super) struct Recent {
    /// Every id from here on is there; nothing before the first was asked for.
    since: Option<i64>,
    at: HashMap<u128, i64>,
    most: usize,
    /// How many there are when what is too old goes.
    prune_at: usize,
}

impl Default for Recent {
    fn default() -> Recent {
        Recent {
            since: None,
            at: HashMap::new(),
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

    /// Whether every id that came at `time` or after is here.
    pub(super) fn reaches(&self, time: i64) -> bool {
        self.since.is_some_and(|since| since <= time)
    }

    pub(super) fn at(&self, id: u128) -> Option<i64> {
        self.at.get(&id).copied()
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

    /// Forgets what is older than the window, and if that is not enough, the older half.
    fn prune(&mut self, window: i64) {
        let newest = self.at.values().max().copied().unwrap_or_default();
        // A time that lies ahead makes nothing old.
        let newest = newest.min(Utc::now().timestamp_micros());
        self.forget_before(newest.saturating_sub(window));
        if self.at.len() >= self.most {
            let mut times: Vec<i64> = self.at.values().copied().collect();
            let middle = times.len() / 2;
            let (_, median, _) = times.select_nth_unstable(middle);
            self.forget_before(*median);
        }
        self.prune_at = (self.at.len() * 2).clamp(FEW.min(self.most), self.most);
        if self.at.len() >= self.prune_at {
            // All of them at one moment.
            self.forget_before(i64::MAX);
        }
        self.at.shrink_to(self.prune_at);
    }

    fn forget_before(&mut self, time: i64) {
        self.since = self.since.map(|since| since.max(time));
        self.at.retain(|_, at| *at >= time);
    }
}

#[cfg(test)]
mod tests;
