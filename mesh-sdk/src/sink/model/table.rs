//! A Delta table as its writers see it.

/// What a mark counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Source {
    /// The events of the partition.
    Partition,
    /// Events that were judged again.
    Again,
    Replay,
}

const SOURCES: [Source; 3] = [Source::Partition, Source::Again, Source::Replay];

/// A commit: rows, and a mark that moves from where its writer saw it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Commit {
    pub(super) source: Source,
    pub(super) from: u64,
    pub(super) to: u64,
    /// Events of the rows.
    pub(super) rows: Vec<u64>,
}

/// What came of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Committed,
    /// It was in the table already.
    Repeated,
    /// Another writer has moved the mark.
    Overtaken,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Table {
    marks: [u64; SOURCES.len()],
    /// Events of the rows, and whether a replay wrote them.
    rows: Vec<(u64, Source)>,
}

impl Table {
    pub(super) fn mark(&self) -> u64 {
        self.marked(Source::Partition)
    }

    pub(super) fn replayed(&self) -> u64 {
        self.marked(Source::Replay)
    }

    pub(super) fn marked(&self, source: Source) -> u64 {
        self.marks[source as usize]
    }

    pub(super) fn times(&self, event: u64) -> usize {
        self.rows.iter().filter(|(row, _)| *row == event).count()
    }

    /// Rows that came from the log.
    pub(super) fn read(&self, event: u64) -> usize {
        let rows = self.rows.iter();
        rows.filter(|(row, by)| *row == event && *by != Source::Replay)
            .count()
    }

    /// Events of the rows that a replay wrote.
    pub(super) fn by_replay(&self) -> impl Iterator<Item = u64> {
        let rows = self.rows.iter().filter(|(_, by)| *by == Source::Replay);
        rows.map(|(event, _)| *event)
    }

    /// A commit by a writer that waits for it.
    pub(super) fn commit(&mut self, commit: &Commit) -> Outcome {
        let mark = self.marked(commit.source);
        if mark >= commit.to {
            return Outcome::Repeated;
        }
        match self.land(commit) {
            true => Outcome::Committed,
            false => Outcome::Overtaken,
        }
    }

    /// A commit whose writer is gone; whether it gets into the table.
    pub(super) fn land(&mut self, commit: &Commit) -> bool {
        let mark = self.marked(commit.source);
        if mark != commit.from || mark >= commit.to {
            return false;
        }
        self.marks[commit.source as usize] = commit.to;
        self.rows
            .extend(commit.rows.iter().map(|row| (*row, commit.source)));
        self.rows.sort_unstable();
        true
    }
}
