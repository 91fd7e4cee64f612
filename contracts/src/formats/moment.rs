//! Dates and times of RFC 3339.

/// Days since 1970-01-01 of `2024-02-29`, a day that exists.
pub(crate) fn date(text: &str) -> Option<i32> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else {
        return None;
    };
    let year = two(*y1, *y2)? * 100 + two(*y3, *y4)?;
    let (month, day) = (two(*m1, *m2)?, two(*d1, *d2)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    (1..=days)
        .contains(&day)
        .then(|| days_since_1970(year, month, day))
}

/// Years that start in March have their leap day at their end, and cycles of 400 of them are alike.
fn days_since_1970(year: i32, month: i32, day: i32) -> i32 {
    let from_march = (month + 9) % 12;
    let year = if month <= 2 { year - 1 } else { year };
    let (cycle, year) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * from_march + 2) / 5 + day - 1;
    cycle * 146_097 + year * 365 + year / 4 - year / 100 + day_of_year - 719_468
}

/// Microseconds since 1970 of `2024-02-29T23:59:59.123456Z`, or with an offset, `+01:00`. Capital `T` and `Z`, at
/// most 9 decimals of a second, of which those after the sixth do not count; leap seconds are refused, because
/// Arrow has none.
pub(crate) fn timestamp(text: &str) -> Option<i64> {
    let (day, rest) = text.split_at_checked(10)?;
    let (time, offset) = clock(rest.as_bytes().strip_prefix(b"T")?)?;
    let minutes = match offset {
        b"Z" => 0,
        [b'+', rest @ ..] => of_day(rest)?,
        [b'-', rest @ ..] => -of_day(rest)?,
        _ => return None,
    };
    Some(i64::from(date(day)?) * 86_400_000_000 + time - i64::from(minutes) * 60_000_000)
}

/// Microseconds since midnight of `23:59:59.123456`: a time of day without offset, otherwise like a timestamp's.
pub(crate) fn time(text: &str) -> Option<i64> {
    let (time, rest) = clock(text.as_bytes())?;
    rest.is_empty().then_some(time)
}

/// The microseconds of `23:59:59.123456`, and what comes after it.
fn clock(text: &[u8]) -> Option<(i64, &[u8])> {
    let [h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] = text else {
        return None;
    };
    let minutes = of_day(&[*h1, *h2, b':', *m1, *m2])?;
    let seconds = two(*s1, *s2).filter(|seconds| *seconds < 60)?;
    let (micros, rest) = match rest {
        [b'.', decimals @ ..] => fraction(decimals)?,
        rest => (0, rest),
    };
    Some((i64::from(minutes * 60 + seconds) * 1_000_000 + micros, rest))
}

fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=9).contains(&digits) {
        return None;
    }
    let (decimals, rest) = text.split_at(digits);
    let padded = decimals.iter().chain(std::iter::repeat(&b'0')).take(6);
    let micros = padded.fold(0, |micros, digit| micros * 10 + i64::from(digit - b'0'));
    Some((micros, rest))
}

/// Minutes of `23:59`.
fn of_day(text: &[u8]) -> Option<i32> {
    let [h1, h2, b':', m1, m2] = text else {
        return None;
    };
    let hours = two(*h1, *h2).filter(|hours| *hours < 24)?;
    let minutes = two(*m1, *m2).filter(|minutes| *minutes < 60)?;
    Some(hours * 60 + minutes)
}

fn two(tens: u8, ones: u8) -> Option<i32> {
    let digits = tens.is_ascii_digit() && ones.is_ascii_digit();
    digits.then(|| i32::from(tens - b'0') * 10 + i32::from(ones - b'0'))
}
