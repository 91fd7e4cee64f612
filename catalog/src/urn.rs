use crate::error::Error;

#[cfg(test)]
mod tests;

const PREFIX: &str = "urn:mesh:";

/// A name for ever: `urn:mesh:{domain}:{product}` or `urn:mesh:{domain}:{product}:{port}:{major}`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Urn(String);

impl Urn {
    /// # Errors
    /// [`Error::MalformedUrn`]
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        // RFC 8141: scheme and namespace do not depend on case, the rest does.
        let head = text.get(..PREFIX.len()).ok_or(Error::MalformedUrn)?;
        let rest = &text[PREFIX.len()..];
        let parts: Vec<&str> = rest.split(':').collect();
        let names = match parts[..] {
            [_, _] => &parts[..],
            [_, _, _, major] if !major.is_empty() && major.bytes().all(|b| b.is_ascii_digit()) => {
                &parts[..3]
            }
            _ => return Err(Error::MalformedUrn),
        };
        let plain = |name: &&str| {
            !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        };
        if head.eq_ignore_ascii_case(PREFIX) && names.iter().all(plain) {
            Ok(Self(format!("{PREFIX}{rest}")))
        } else {
            Err(Error::MalformedUrn)
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn names(&self, urn: &str) -> bool {
        self.0 == urn
    }
}
