//! Base, template and team -> what becomes of one file.

use diffy::{ConflictStyle, IncompleteHunkStyle, MergeOptions};

use super::FileState;

/// The line a conflict ends with, as the merge writes it; git has the name of the other side there.
const END: &str = ">>>>>>> theirs";

pub(super) struct Outcome {
    pub(super) state: FileState,
    pub(super) after: Option<Vec<u8>>,
}

pub(super) fn file(
    base: Option<&Vec<u8>>,
    theirs: Option<&Vec<u8>>,
    ours: Option<&Vec<u8>>,
    label: &str,
) -> Outcome {
    let stay = |state| Outcome {
        state,
        after: ours.cloned(),
    };
    let become_theirs = |state| Outcome {
        state,
        after: theirs.cloned(),
    };
    let same = |a: &[u8], b: &[u8]| unix(a) == unix(b);
    match (base, theirs, ours) {
        (Some(base), Some(theirs), _) if base == theirs => stay(FileState::Unchanged),
        (None, Some(_), None) => become_theirs(FileState::Added),
        (Some(_), Some(_), None) => stay(FileState::Deleted),
        (_, Some(theirs), Some(ours)) if same(theirs, ours) => stay(FileState::Unchanged),
        (Some(base), Some(theirs), Some(ours)) if same(base, ours) => Outcome {
            state: FileState::Updated,
            after: Some(line_ends_of(ours, theirs)),
        },
        (_, Some(theirs), Some(ours)) => three_way(base, theirs, ours, label),
        (Some(base), None, Some(ours)) if same(base, ours) => become_theirs(FileState::Removed),
        (_, None, Some(_)) => stay(FileState::Kept),
        (_, None, None) => stay(FileState::Unchanged),
    }
}

fn three_way(base: Option<&Vec<u8>>, theirs: &[u8], ours: &[u8], label: &str) -> Outcome {
    let text = |bytes: &[u8]| {
        String::from_utf8(unix(bytes))
            .ok()
            .filter(|text| !text.contains('\0'))
    };
    let empty = Vec::new();
    let sides = (text(base.unwrap_or(&empty)), text(theirs), text(ours));
    let (Some(base), Some(template), Some(team)) = sides else {
        return Outcome {
            state: FileState::Kept,
            after: Some(ours.to_vec()),
        };
    };
    let merged = MergeOptions::new()
        .set_conflict_style(ConflictStyle::Merge)
        .set_incomplete_hunk_style(IncompleteHunkStyle::Git)
        .merge(&base, &team, &template);
    let (state, text) = match merged {
        Ok(text) => (FileState::Merged, text),
        Err(text) => (FileState::Conflicted, labelled(&text, label)),
    };
    Outcome {
        state,
        after: Some(line_ends_of(ours, text.as_bytes())),
    }
}

fn labelled(text: &str, label: &str) -> String {
    let line = |line: &str| match line.strip_suffix('\n') {
        Some(END) => format!(">>>>>>> {label}\n"),
        _ => line.to_owned(),
    };
    text.split_inclusive('\n').map(line).collect()
}

/// With line feeds: an editor or git may have written carriage returns before them.
fn unix(bytes: &[u8]) -> Vec<u8> {
    let mut unix = Vec::with_capacity(bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        if !(*byte == b'\r' && bytes.get(at + 1) == Some(&b'\n')) {
            unix.push(*byte);
        }
    }
    unix
}

/// The text with the line ends that the team's file has.
fn line_ends_of(ours: &[u8], text: &[u8]) -> Vec<u8> {
    if !ours.windows(2).any(|pair| pair == b"\r\n") {
        return text.to_vec();
    }
    let mut ended = Vec::with_capacity(text.len());
    for byte in text {
        if *byte == b'\n' {
            ended.push(b'\r');
        }
        ended.push(*byte);
    }
    ended
}

/// The line, from 1, at which a conflict begins that nobody has resolved.
pub(super) fn conflict(bytes: &[u8]) -> Option<usize> {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let at = lines.position(|line| line.starts_with(b"<<<<<<< "))?;
    let ends = lines.any(|line| line.starts_with(b">>>>>>> "));
    ends.then_some(at + 1)
}
