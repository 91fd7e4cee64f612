//! Finding and marking words in text the way people read it: without regard to case.

use std::ops::Range;

#[cfg(test)]
mod tests;

/// A stretch of text for display; those that answer the query are marked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) text: String,
    pub(crate) emphasis: Emphasis,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Emphasis {
    Plain,
    Marked,
}

impl Segment {
    pub(crate) fn is_marked(&self) -> bool {
        self.emphasis == Emphasis::Marked
    }
}

/// Text folded to lower case that still knows where each character came from: lower case may be longer
/// than the original (`İ`), so byte positions do not carry over.
struct Folded {
    chars: Vec<(char, Range<usize>)>,
}

impl Folded {
    fn of(text: &str) -> Self {
        let chars = text
            .char_indices()
            .flat_map(|(start, c)| {
                let end = start + c.len_utf8();
                c.to_lowercase().map(move |lower| (lower, start..end))
            })
            .collect();
        Self { chars }
    }

    /// Byte ranges in the original of every occurrence of `word`, which is in lower case already.
    fn find_all(&self, word: &str) -> Vec<Range<usize>> {
        let word: Vec<char> = word.chars().collect();
        if word.is_empty() {
            return Vec::new();
        }
        self.chars
            .windows(word.len())
            .filter(|window| window.iter().map(|(c, _)| c).eq(&word))
            .map(|window| window[0].1.start..window[word.len() - 1].1.end)
            .collect()
    }
}

/// Cuts `text` where the `words` (lower case) occur in it.
pub(crate) fn mark(text: &str, words: &[String]) -> Vec<Segment> {
    let folded = Folded::of(text);
    let mut found: Vec<_> = words
        .iter()
        .flat_map(|word| folded.find_all(word))
        .collect();
    found.sort_by_key(|range| (range.start, range.end));
    let mut segments = Vec::new();
    let mut push = |range: Range<usize>, emphasis| {
        if !range.is_empty() {
            segments.push(Segment {
                text: text[range].to_owned(),
                emphasis,
            });
        }
    };
    let mut done = 0;
    for range in found {
        let start = range.start.max(done);
        if start < range.end {
            push(done..start, Emphasis::Plain);
            push(start..range.end, Emphasis::Marked);
            done = range.end;
        }
    }
    push(done..text.len(), Emphasis::Plain);
    segments
}

/// At most `limit` characters of `text`, around the first of the `words` (lower case) that occurs in it.
pub(crate) fn excerpt(text: &str, words: &[String], limit: usize) -> String {
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    if starts.len() <= limit {
        return text.to_owned();
    }
    let folded = Folded::of(text);
    let hit = words
        .iter()
        .flat_map(|word| folded.find_all(word))
        .map(|range| range.start)
        .min()
        .unwrap_or(0);
    let hit = starts.partition_point(|at| *at < hit);
    let from = hit.saturating_sub(limit / 2).min(starts.len() - limit);
    let to = starts.get(from + limit).copied().unwrap_or(text.len());
    let head = if from > 0 { "…" } else { "" };
    let tail = if to < text.len() { "…" } else { "" };
    format!("{head}{}{tail}", text[starts[from]..to].trim())
}
