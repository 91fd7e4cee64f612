use std::collections::VecDeque;

use fastbloom::BloomFilter;

/// Ids of one filter, each of which takes 5 bytes.
const IDS: usize = 8_000_000;
/// Filters at most, and with them 32 million ids.
const FILTERS: usize = 4;
/// How often an id that a filter does not have looks as if it had. The table is asked then, which takes as long as to
/// store some thousand events.
const MISTAKEN: f64 = 1e-8;

/// Many ids in little space. They are no more told from all others, but from nearly all.
pub(super) struct Older {
    /// From the oldest to the one that is being filled.
    filters: VecDeque<Filter>,
    ids: usize,
}

struct Filter {
    ids: BloomFilter,
    room: usize,
    /// When the newest of them came.
    newest: i64,
}

impl Default for Older {
    fn default() -> Older {
        Older::of(IDS)
    }
}

impl Older {
    pub(super) fn of(ids: usize) -> Older {
        Older {
            filters: VecDeque::new(),
            ids,
        }
    }

    /// Whether `id` is perhaps one of them; if not, it is none.
    pub(super) fn may_have(&self, id: u128) -> bool {
        self.filters.iter().any(|filter| filter.ids.contains(&id))
    }

    /// Forgets the oldest for it if there is no room; returns when the newest of those came.
    pub(super) fn add(&mut self, id: u128, at: i64) -> Option<i64> {
        let mut forgotten = None;
        if self.filters.back().is_none_or(|filter| filter.room == 0) {
            if self.filters.len() == FILTERS {
                forgotten = self.filters.pop_front();
            }
            self.filters.push_back(Filter {
                ids: BloomFilter::with_false_pos(MISTAKEN).expected_items(self.ids),
                room: self.ids,
                newest: i64::MIN,
            });
        }
        if let Some(filter) = self.filters.back_mut() {
            filter.ids.insert(&id);
            filter.room -= 1;
            filter.newest = filter.newest.max(at);
        }
        forgotten.map(|filter| filter.newest)
    }

    /// Forgets the filters in which nothing came at `time` or after.
    pub(super) fn forget_before(&mut self, time: i64) {
        self.filters.retain(|filter| filter.newest >= time);
    }
}
