use std::borrow::Cow;

const LONGEST_NAME: usize = 64;

/// The candidate that `name` is most likely a slip of, if any is near enough.
pub fn closest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > LONGEST_NAME {
        return None;
    }
    let lower = name.to_lowercase();
    let allowed = (name.chars().count() / 3).clamp(1, 3);
    candidates
        .map(|candidate| {
            (
                strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A name that came from outside, fit for a message: at most 64 characters, none of them a control character.
pub(crate) fn shortened(name: &str) -> Cow<'_, str> {
    let fits = name.len() <= LONGEST_NAME && !name.contains(char::is_control);
    if fits {
        return Cow::Borrowed(name);
    }
    let printable = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let mut short: String = name.chars().take(LONGEST_NAME).map(printable).collect();
    if name.chars().nth(LONGEST_NAME).is_some() {
        short.push('…');
    }
    Cow::Owned(short)
}
