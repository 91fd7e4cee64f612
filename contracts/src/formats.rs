//! The text formats of RFC 3339 and RFC 9562, without allocation: these sit on the path of every record.

/// `2024-02-29`, a day that exists.
pub(crate) fn is_date(text: &str) -> bool {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else {
        return false;
    };
    let (Some(century), Some(years)) = (two(*y1, *y2), two(*y3, *y4)) else {
        return false;
    };
    let (Some(month), Some(day)) = (two(*m1, *m2), two(*d1, *d2)) else {
        return false;
    };
    let leap = match years {
        0 => century % 4 == 0,
        _ => years % 4 == 0,
    };
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// `2024-02-29T23:59:59.123456Z` or with an offset, `+01:00`. Capital `T` and `Z`, at most 9 decimals of a second;
/// leap seconds are refused, because Arrow has none.
pub(crate) fn is_timestamp(text: &str) -> bool {
    let Some((date, rest)) = text.split_at_checked(10) else {
        return false;
    };
    let [b'T', h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] = rest.as_bytes() else {
        return false;
    };
    let offset = match rest {
        [b'.', decimals @ ..] => {
            let digits = decimals
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            if !(1..=9).contains(&digits) {
                return false;
            }
            &decimals[digits..]
        }
        other => other,
    };
    is_date(date)
        && is_time(*h1, *h2, *m1, *m2)
        && two(*s1, *s2).is_some_and(|s| s < 60)
        && is_offset(offset)
}

fn is_offset(offset: &[u8]) -> bool {
    match offset {
        b"Z" => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => is_time(*h1, *h2, *m1, *m2),
        _ => false,
    }
}

fn is_time(h1: u8, h2: u8, m1: u8, m2: u8) -> bool {
    two(h1, h2).is_some_and(|hours| hours < 24) && two(m1, m2).is_some_and(|minutes| minutes < 60)
}

/// `0190d3a4-5b6c-7d8e-9f00-112233445566`, in small or capital letters.
pub(crate) fn is_uuid(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn two(tens: u8, ones: u8) -> Option<u8> {
    let digits = tens.is_ascii_digit() && ones.is_ascii_digit();
    digits.then(|| (tens - b'0') * 10 + (ones - b'0'))
}
