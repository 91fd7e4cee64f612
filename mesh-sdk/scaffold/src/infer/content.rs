//! Values that look like something: somebody's mail address, telephone number, social security number or IP
//! address, or a day in some country's way.

/// How many cells of a column look like what.
#[derive(Clone, Copy, Default)]
pub(super) struct Content {
    emails: u64,
    phones: u64,
    social_security: u64,
    addresses: u64,
    foreign_days: u64,
}

impl Content {
    pub(super) fn add(&mut self, trimmed: &str) {
        self.emails += u64::from(has_email(trimmed));
        self.phones += u64::from(is_phone(trimmed));
        self.social_security += u64::from(is_social_security(trimmed));
        self.addresses += u64::from(is_ip(trimmed));
        self.foreign_days += u64::from(is_foreign_day(trimmed));
    }

    /// Cells with a day that is not written as ISO 8601 has it.
    pub(super) fn foreign_days(&self) -> u64 {
        self.foreign_days
    }

    /// What the values of a column with `present` values look like, if they look like somebody's. One mail
    /// address is enough, since nothing else looks like it; of the others there have to be many.
    pub(super) fn suspicion(&self, present: u64) -> Option<&'static str> {
        let share = |count: u64, percent: u64| count > 0 && count * 100 >= present * percent;
        if self.emails > 0 {
            Some("values hold mail addresses")
        } else if share(self.social_security, 10) {
            Some("values are written like social security numbers")
        } else if share(self.addresses, 50) {
            Some("values are written like IP addresses")
        } else if share(self.phones, 50) {
            Some("values are written like telephone numbers")
        } else {
            None
        }
    }
}

fn has_email(text: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || "._%+-".contains(c);
    text.match_indices('@').any(|(at, _)| {
        let local = text[..at].chars().next_back().is_some_and(part);
        let host: String = text[at + 1..].chars().take_while(|c| part(*c)).collect();
        let dotted = host.split_once('.');
        local && dotted.is_some_and(|(name, top)| !name.is_empty() && top.len() >= 2)
    })
}

/// 7 to 15 digits, parted by spaces, dots, hyphens, slashes or brackets or led by a `+`: bare digits may be anything.
fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let parted = text.starts_with('+') || text.contains([' ', '(', '/', '-']);
    let written = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-/(). ".contains(&byte));
    (7..=15).contains(&digits) && parted && written && !text.starts_with('-') && !is_day(text)
}

/// Digits in three groups of at most four, two, four: a day in some country's way.
fn is_day(text: &str) -> bool {
    let date = text.split_once(' ').map_or(text, |(date, _)| date);
    let groups: Vec<&str> = date.split(['-', '/', '.']).collect();
    groups.len() == 3
        && groups.iter().all(|group| (1..=4).contains(&group.len()))
        && date.len() <= 10
}

/// `2-Jun-06`, `6/13/08`, `01.02.2003`
fn is_foreign_day(text: &str) -> bool {
    let date = text.split_once(' ').map_or(text, |(date, _)| date);
    let groups: Vec<&str> = date.split(['-', '/', '.']).collect();
    let [day, month, year] = groups[..] else {
        return false;
    };
    let digits = |part: &str, lengths: &[usize]| {
        lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let named = month.len() == 3 && month.chars().all(char::is_alphabetic);
    digits(day, &[1, 2]) && (digits(month, &[1, 2]) || named) && digits(year, &[2, 4])
}

fn is_social_security(text: &str) -> bool {
    text.len() == 11
        && text.bytes().enumerate().all(|(at, byte)| match at {
            3 | 6 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

fn is_ip(text: &str) -> bool {
    text.parse::<std::net::Ipv4Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_addresses_are_found_within_text() {
        assert!(has_email("write to a.b@example.org, please"));
        assert!(!has_email("5 @ 3.20"));
        assert!(!has_email("@home"));
    }

    #[test]
    fn telephone_numbers_are_told_from_days_and_quantities() {
        for text in [
            "+49 30 1234567",
            "(030) 123-4567",
            "555-123-4567",
            "+4915112345678",
        ] {
            assert!(is_phone(text), "{text}");
        }
        for text in [
            "2024-03-01",
            "13/06/2008",
            "1234567",
            "-1234567.5",
            "12 mg",
            "01.02.2003 10",
        ] {
            assert!(!is_phone(text), "{text}");
        }
    }

    #[test]
    fn days_are_known_in_the_ways_of_several_countries() {
        for text in ["2-Jun-06", "6/13/08", "01.02.2003", "6/13/08 10:20"] {
            assert!(is_foreign_day(text), "{text}");
        }
        for text in ["2024-03-01", "1.2.3.4", "12/08", "a-b-c"] {
            assert!(!is_foreign_day(text), "{text}");
        }
    }

    #[test]
    fn a_column_is_suspected_by_its_share() {
        let mut content = Content::default();
        content.add("10.0.0.1");
        assert!(content.suspicion(1).is_some());
        assert!(content.suspicion(10).is_none());
        content.add("123-45-6789");
        assert!(content.suspicion(10).is_some());
    }
}
