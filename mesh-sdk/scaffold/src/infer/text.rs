//! Bytes -> text: UTF-8, and Windows-1252 for a cell that is none.

use std::borrow::Cow;

/// What Windows-1252 has at 0x80 to 0x9f; Latin-1 has control characters there.
const C1: [char; 32] = [
    '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž',
    '\u{fffd}', '\u{fffd}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}',
    'ž', 'Ÿ',
];

/// The text of a cell; owned exactly if it was no UTF-8.
pub(super) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| character(*byte)).collect()),
    }
}

fn character(byte: u8) -> char {
    match byte {
        0x80..=0x9f => C1[usize::from(byte - 0x80)],
        other => char::from(other),
    }
}

/// Whether a contract and a page can show the text as it is.
pub(super) fn is_printable(text: &str) -> bool {
    !text.chars().any(|c| {
        c.is_control()
            || matches!(
                c,
                '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}'
            )
    })
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn what_is_no_utf8_is_read_as_windows_1252() {
        assert_eq!(decode("Würzburg".as_bytes()), "Würzburg");
        assert_eq!(decode(b"W\xfcrzburg 5 \x80"), "Würzburg 5 €");
    }
}
