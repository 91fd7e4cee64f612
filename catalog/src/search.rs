//! Search over everything the entries name: products, models, ports, contracts and columns.
//!
//! A mesh has hundreds of products at most, so every query looks at every text; nothing has to be kept
//! in step with the entries.

mod candidate;

use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

use crate::entry::Entry;
use crate::error::Error;
use crate::text;
use candidate::Candidate;

#[cfg(test)]
mod tests;

/// Longest accepted query, in characters.
pub(crate) const QUERY_LIMIT: usize = 200;
/// A hit's description is cut to this many characters.
const EXCERPT_LIMIT: usize = 200;

/// What somebody looks for, in words.
#[derive(Debug)]
pub(crate) struct Query {
    words: Vec<String>,
}

impl Query {
    /// # Errors
    /// [`Error::TooLong`] beyond [`QUERY_LIMIT`] characters.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let given = text.chars().count();
        if given > QUERY_LIMIT {
            return Err(Error::TooLong {
                name: "q",
                given,
                limit: QUERY_LIMIT,
            });
        }
        Ok(Self { words: words(text) })
    }

    /// In lower case.
    pub(crate) fn words(&self) -> &[String] {
        &self.words
    }
}

/// Names are written `heart-risk`, `heart_risk` and `Heart risk`; all are the same words.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "HitKind")]
pub(crate) enum Kind {
    Product,
    Model,
    Port,
    Contract,
    Column,
}

impl Kind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Model => "model",
            Self::Port => "port",
            Self::Contract => "contract",
            Self::Column => "column",
        }
    }
}

/// Something that answers the query, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Hit {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) product: String,
    pub(crate) domain: String,
    /// The contract a column belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) contract: Option<String>,
    /// Cut around the words that were looked for.
    pub(crate) description: String,
    /// In words: `name starts with "heart"`.
    pub(crate) why: String,
    /// Where machines find it.
    pub(crate) address: String,
    /// Where people find it.
    pub(crate) page: String,
}

/// Best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Exact,
    Prefix,
    Substring,
    Text,
}

/// All hits, best first: names that are the query, names that begin with it, names that hold it, texts that hold
/// it; then the wider thing before the narrower, the shorter name before the longer.
///
/// A query without a word, such as "--", finds nothing.
pub(crate) fn search(entries: &[Arc<Entry>], query: &Query) -> Vec<Hit> {
    if query.words.is_empty() {
        return Vec::new();
    }
    let mut ranked: Vec<(Rank, Hit)> = entries
        .iter()
        .flat_map(|entry| candidate::of(entry))
        .filter_map(|candidate| {
            let (rank, why) = rank(&candidate, query)?;
            Some((rank, hit(candidate, why, query)))
        })
        .collect();
    ranked.sort_by(|(rank_a, a), (rank_b, b)| {
        (rank_a, a.kind, a.name.len(), &a.name, &a.product, &a.page).cmp(&(
            rank_b,
            b.kind,
            b.name.len(),
            &b.name,
            &b.product,
            &b.page,
        ))
    });
    ranked.into_iter().map(|(_, hit)| hit).collect()
}

/// The entries in which something answers the query, those with the best hit first.
pub(crate) fn products(entries: &[Arc<Entry>], query: &Query) -> Vec<Arc<Entry>> {
    let mut found: Vec<Arc<Entry>> = Vec::new();
    for hit in search(entries, query) {
        if !found.iter().any(|entry| entry.product == hit.product) {
            found.extend(
                entries
                    .iter()
                    .find(|entry| entry.product == hit.product)
                    .cloned(),
            );
        }
    }
    found
}

/// Every name in `entry` that can be found.
pub(crate) fn names(entry: &Entry) -> impl Iterator<Item = &str> {
    candidate::of(entry)
        .into_iter()
        .map(|candidate| candidate.name)
}

fn hit(candidate: Candidate<'_>, why: String, query: &Query) -> Hit {
    Hit {
        kind: candidate.kind,
        name: candidate.name.to_owned(),
        product: candidate.entry.product.clone(),
        domain: candidate.entry.domain.clone(),
        contract: candidate.contract.map(str::to_owned),
        description: text::excerpt(candidate.description, &query.words, EXCERPT_LIMIT),
        why,
        address: candidate.address,
        page: candidate.page,
    }
}

fn rank(candidate: &Candidate<'_>, query: &Query) -> Option<(Rank, String)> {
    let phrase = query.words.join(" ");
    let name = words(candidate.name).join(" ");
    // People call a nested column by its last step; the steps before it have hits of their own.
    let leaf = words(candidate.name.rsplit('.').next().unwrap_or_default()).join(" ");
    if name == phrase || leaf == phrase {
        return Some((Rank::Exact, format!("name is \"{phrase}\"")));
    }
    if leaf.starts_with(&phrase) {
        return Some((Rank::Prefix, format!("name starts with \"{phrase}\"")));
    }
    if query.words.iter().all(|word| name.contains(word)) {
        return Some((Rank::Substring, format!("name contains \"{phrase}\"")));
    }
    let mut why: Vec<String> = Vec::new();
    for word in &query.words {
        let label = if name.contains(word) {
            "name"
        } else {
            candidate.text_with(word)?
        };
        why.push(format!("{label} contains \"{word}\""));
    }
    Some((Rank::Text, why.join(", ")))
}

/// The known names most like a wrong one, best first; empty when none is near.
pub(crate) fn nearest<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> Vec<String> {
    const SHOWN: usize = 3;
    const NEAR: f64 = 0.6;
    let mut near: Vec<(f64, &str)> = known
        .map(|name| {
            let alike =
                strsim::normalized_damerau_levenshtein(&wrong.to_lowercase(), &name.to_lowercase());
            let part = wrong.chars().count() >= 3 && words(name).contains(&wrong.to_lowercase());
            (if part { alike.max(NEAR) } else { alike }, name)
        })
        .filter(|(alike, _)| *alike >= NEAR)
        .collect();
    near.sort_by(|(alike_a, a), (alike_b, b)| alike_b.total_cmp(alike_a).then_with(|| a.cmp(b)));
    near.into_iter()
        .take(SHOWN)
        .map(|(_, name)| name.to_owned())
        .collect()
}
