//! Which of several forms was meant, where a value has none of them.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

use super::known::Known;
use super::mistake::{self, Mistake};

type Branch<'e> = Vec<&'e ValidationError<'static>>;

/// The mistakes in the form that the value comes nearest to.
pub(super) fn explain(
    error: &ValidationError<'_>,
    context: &[Vec<ValidationError<'static>>],
    schema: &Value,
) -> Vec<Mistake> {
    let at = error.instance_path();
    let here = |inner: &ValidationError<'_>| inner.instance_path() == at;
    let branches = flattened(context, &here);
    let of_kind: Vec<&Branch<'_>> = branches
        .iter()
        .filter(|branch| !branch.iter().any(|inner| here(inner) && is_kind(inner)))
        .collect();
    if of_kind.is_empty() {
        return vec![mistake::wrong_kind(error, &expected_kinds(&branches))];
    }
    let tagged: Vec<_> = of_kind
        .iter()
        .copied()
        .filter(|branch| !branch.iter().any(|inner| is_tag(inner)))
        .collect();
    if tagged.is_empty() {
        return vec![unlisted(&of_kind)];
    }
    if let Some(mistakes) = strange_everywhere(error, &tagged, schema, &here) {
        return mistakes;
    }
    if let Some(mistake) = alternatives(error, &tagged, &here) {
        return vec![mistake];
    }
    let depth = |branch: &Branch<'_>| {
        branch
            .iter()
            .map(|inner| inner.instance_path().segments().count())
            .max()
    };
    let strange = |branch: &Branch<'_>| {
        branch
            .iter()
            .filter(|inner| here(inner) && unexpected(inner).is_some())
            .count()
    };
    let nearest = tagged.into_iter().min_by_key(|branch| {
        (
            strange(branch),
            std::cmp::Reverse(depth(branch)),
            branch.len(),
        )
    });
    let inner = nearest.into_iter().flatten();
    inner
        .flat_map(|inner| mistake::explain(inner, schema))
        .collect()
}

/// A branch that is itself several is each of them.
fn flattened<'e>(
    context: &'e [Vec<ValidationError<'static>>],
    here: &impl Fn(&ValidationError<'_>) -> bool,
) -> Vec<Branch<'e>> {
    let branches = context.iter().flat_map(|branch| match branch.as_slice() {
        [only] if here(only) => match only.kind() {
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => flattened(context, here),
            _ => vec![vec![only]],
        },
        several => vec![several.iter().collect()],
    });
    branches.collect()
}

fn is_kind(error: &ValidationError<'_>) -> bool {
    matches!(error.kind(), Kind::Type { .. })
}

fn is_tag(error: &ValidationError<'_>) -> bool {
    matches!(error.kind(), Kind::Constant { .. } | Kind::Enum { .. })
}

fn unexpected<'e>(error: &'e ValidationError<'_>) -> Option<&'e [String]> {
    match error.kind() {
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            Some(unexpected)
        }
        _ => None,
    }
}

fn expected_kinds(branches: &[Branch<'_>]) -> Vec<&'static str> {
    let mut words = Vec::new();
    for error in branches.iter().flatten() {
        let kinds = match error.kind() {
            Kind::Type { kind } => mistake::kinds(kind),
            _ => Vec::new(),
        };
        words.extend(kinds.into_iter().filter(|word| *word != "nothing"));
    }
    // In the order they are written; a whole number is a number.
    let numbers = words.contains(&"a number");
    let mut distinct: Vec<&str> = Vec::new();
    for word in words {
        let told = distinct.contains(&word) || (numbers && word == "a whole number");
        if !told {
            distinct.push(word);
        }
    }
    distinct
}

/// No form has this value in the field that tells them apart: all that they have there.
fn unlisted(branches: &[&Branch<'_>]) -> Mistake {
    let tags = branches
        .iter()
        .flat_map(|branch| branch.iter().copied())
        .filter(|inner| is_tag(inner));
    let tags: Vec<_> = tags.collect();
    let place = |error: &ValidationError<'_>| error.instance_path().to_string();
    let options = tags
        .iter()
        .filter(|tag| place(tag) == place(tags[0]))
        .flat_map(|tag| match tag.kind() {
            Kind::Constant { expected_value } => vec![&**expected_value],
            Kind::Enum { options } => options
                .as_array()
                .map_or(vec![], |list| list.iter().collect()),
            _ => Vec::new(),
        });
    mistake::unlisted(tags[0], &options.collect::<Vec<_>>())
}

/// Fields that none of the forms has.
fn strange_everywhere(
    error: &ValidationError<'_>,
    branches: &[&Branch<'_>],
    schema: &Value,
    here: &impl Fn(&ValidationError<'_>) -> bool,
) -> Option<Vec<Mistake>> {
    let mut known = Known::default();
    let mut strange: Option<Vec<&String>> = None;
    for branch in branches {
        let inner = branch
            .iter()
            .find(|inner| here(inner) && unexpected(inner).is_some())?;
        known.add(
            schema,
            mistake::parent(inner.schema_path().as_str()),
            error.instance(),
        );
        let names = unexpected(inner)?.iter();
        strange = Some(match strange {
            None => names.collect(),
            Some(strange) => names.filter(|name| strange.contains(name)).collect(),
        });
    }
    let strange = strange?
        .into_iter()
        .filter(|name| !known.names.contains(&name.as_str()));
    let mistakes: Vec<_> = strange
        .map(|name| mistake::unknown_field(error, name, &known))
        .collect();
    (!mistakes.is_empty()).then_some(mistakes)
}

/// Where each form only lacks a field of its own: one of these fields is missing.
fn alternatives(
    error: &ValidationError<'_>,
    branches: &[&Branch<'_>],
    here: &impl Fn(&ValidationError<'_>) -> bool,
) -> Option<Mistake> {
    let mut names = Vec::new();
    for branch in branches {
        let [only] = branch.as_slice() else {
            return None;
        };
        match only.kind() {
            Kind::Required { property } if here(only) => names.push(property.as_str()?),
            _ => return None,
        }
    }
    Some(mistake::missing(error, &names))
}

/// A value that has more than one of the forms that exclude each other.
pub(super) fn too_many(error: &ValidationError<'_>, schema: &Value) -> Mistake {
    let forms = schema
        .pointer(error.schema_path().as_str())
        .and_then(Value::as_array);
    let names = forms
        .into_iter()
        .flatten()
        .filter_map(|form| form.get("required")?.get(0)?.as_str());
    let there: Vec<&str> = names
        .filter(|name| error.instance().get(name).is_some())
        .collect();
    match there.len() {
        0 | 1 => Mistake::at(
            error,
            "fits more than one form",
            "keep the fields of one of them",
        ),
        _ => Mistake::at(
            error,
            format!("`{}` exclude each other", there.join("` and `")),
            "keep one of them",
        ),
    }
}
