//! The formats of strings.
//!
//! Each is a pattern, which the derived JSON Schema states in full, and what a pattern cannot say: how long a part
//! may be, what an address of IPv6 is. They are narrower than their RFCs where readers of these differ, so that
//! what the gate lets through is good everywhere: no quoted or bracketed parts in an email address, no two hyphens
//! in a row in a host's name and thereby no Punycode.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use regex::Regex;

use crate::property::Format;

const HOST: &str = "[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?:[.][A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)*";
const ATOM: &str = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
/// Of a URI's parts; what may stand in all of them, and what else in some.
const PLAIN: &str = "[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}";

const LONGEST_HOST: usize = 253;
const LONGEST_LABEL: usize = 63;
const LONGEST_LOCAL_PART: usize = 64;

static HOSTNAME: LazyLock<Written> = LazyLock::new(|| Written::new(format!("^{HOST}$")));
static EMAIL: LazyLock<Written> =
    LazyLock::new(|| Written::new(format!("^{ATOM}(?:[.]{ATOM})*@{HOST}$")));
static URI: LazyLock<Written> = LazyLock::new(|| {
    let segment = format!("(?:{PLAIN}|[:@])");
    let host = format!("(?:\\[[0-9A-Fa-f:.]+\\]|(?:{PLAIN})*)");
    let authority = format!("(?:(?:{PLAIN}|:)*@)?{host}(?::[0-9]*)?");
    let path = format!("/?(?:{segment}+(?:/{segment}*)*)?");
    let tail = format!("(?:{PLAIN}|[:@/?])*");
    Written::new(format!(
        "^[A-Za-z][A-Za-z0-9+.-]*:(?://{authority}(?:/{segment}*)*|{path})(?:[?]{tail})?(?:#{tail})?$"
    ))
});
static BYTE: LazyLock<Written> = LazyLock::new(|| {
    let pattern = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$";
    Written::new(pattern.to_owned())
});
const IPV4: &str = "^[0-9]{1,3}(?:[.][0-9]{1,3}){3}$";
const IPV6: &str = "^[0-9A-Fa-f:.]{2,45}$";
const UUID: &str = "^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$";

/// A pattern as the JSON Schema writes it, and compiled.
struct Written {
    pattern: String,
    regex: Regex,
}

impl Written {
    fn new(pattern: String) -> Written {
        let regex = Regex::new(&pattern).expect("a test compiles every pattern");
        Written { pattern, regex }
    }
}

/// What a validator can check of a format that does not know it by name.
pub(crate) fn pattern(format: Format) -> &'static str {
    match format {
        Format::Uuid => UUID,
        Format::Email => &EMAIL.pattern,
        Format::Uri => &URI.pattern,
        Format::Hostname => &HOSTNAME.pattern,
        Format::Ipv4 => IPV4,
        Format::Ipv6 => IPV6,
        Format::Byte => &BYTE.pattern,
    }
}

pub(crate) fn holds(format: Format, text: &str) -> bool {
    match format {
        Format::Uuid => is_uuid(text),
        Format::Email => {
            EMAIL.regex.is_match(text) && text.split_once('@').is_some_and(short_email)
        }
        Format::Uri => URI.regex.is_match(text) && has_good_literal(text),
        Format::Hostname => HOSTNAME.regex.is_match(text) && short_host(text),
        Format::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
        Format::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
        Format::Byte => BYTE.regex.is_match(text),
    }
}

/// `0190d3a4-5b6c-7d8e-9f00-112233445566`, in small or capital letters.
fn is_uuid(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn short_email((local, host): (&str, &str)) -> bool {
    local.len() <= LONGEST_LOCAL_PART && short_host(host)
}

fn short_host(host: &str) -> bool {
    host.len() <= LONGEST_HOST && host.split('.').all(|label| label.len() <= LONGEST_LABEL)
}

/// Brackets stand around the host of a URI and nowhere else.
fn has_good_literal(uri: &str) -> bool {
    let literal = uri.split(['[', ']']).nth(1);
    literal.is_none_or(|literal| literal.parse::<Ipv6Addr>().is_ok())
}
