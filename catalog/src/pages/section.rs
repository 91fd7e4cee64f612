use super::format::count;

/// A part of a page that has something in it, for the links to it.
pub(super) struct Section {
    pub(super) anchor: &'static str,
    pub(super) title: &'static str,
    pub(super) count: Option<String>,
}

impl Section {
    pub(super) fn new(anchor: &'static str, title: &'static str) -> Self {
        Self {
            anchor,
            title,
            count: None,
        }
    }

    /// None where there is nothing to count.
    pub(super) fn of(anchor: &'static str, title: &'static str, number: usize) -> Option<Self> {
        (number > 0).then(|| Self {
            anchor,
            title,
            count: Some(count(number as u64)),
        })
    }
}
