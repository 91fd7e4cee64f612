use regex::Regex;

use crate::document::{Cursor, DocumentError};
use crate::property::Pattern;

/// ODCS patterns are ECMA-262, and every reader of a contract has its own engine. What engines take differently
/// has to be written out.
pub(super) fn pattern(cursor: &Cursor<'_>) -> Result<Pattern, DocumentError> {
    let source = cursor.text()?;
    if let Some(found) = ambiguous(source) {
        return Err(cursor.error(
            format!("`{found}` means different things to different readers"),
            "write the characters out, such as [0-9] for digits, and groups as (...) or (?:...)",
        ));
    }
    let regex = Regex::new(source).map_err(|_| {
        cursor.error(
            "not a regular expression that every reader understands",
            "write one without look-around and back-references, and check its brackets",
        )
    })?;
    Ok(Pattern {
        source: source.to_owned(),
        regex,
    })
}

/// The first part of a pattern that ECMA-262 and the engine of this gate read differently.
fn ambiguous(source: &str) -> Option<&str> {
    let mut in_class = false;
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '\\' => {
                let escaped = rest[1..].chars().next()?;
                let taken = 1 + escaped.len_utf8();
                if "dDwWsSbBpPAzZG<>".contains(escaped) {
                    return Some(&rest[..taken]);
                }
                taken
            }
            '(' if !in_class && rest.starts_with("(?") && !rest.starts_with("(?:") => {
                return Some("(?");
            }
            '[' if in_class => return Some("["),
            '&' | '-' | '~' if in_class && rest[1..].starts_with(first) => return rest.get(..2),
            '[' => {
                in_class = true;
                1
            }
            ']' => {
                in_class = false;
                1
            }
            other => other.len_utf8(),
        };
        rest = &rest[taken..];
    }
    None
}
