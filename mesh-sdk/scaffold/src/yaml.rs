//! YAML as a person would write it: plain where that is safe, quoted where it is not, long text folded.

use serde_json::Value;

const WIDTH: usize = 110;

/// Words that some reader of YAML takes for something else than text.
const WORDS: &[&str] = &[
    "null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf",
];

/// A text on one line, quoted only where it has to be.
pub(crate) fn scalar(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !text.ends_with([' ', ':'])
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || " _-./()%'+;,".contains(c) || c == ':')
        && !text.contains(": ")
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    match plain {
        true => text.to_owned(),
        false => Value::from(text).to_string(),
    }
}

/// The value of a key that is indented by `indent`: on its line if it fits there, folded below it if not.
/// Runs of whitespace become one space.
pub(crate) fn prose(text: &str, indent: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = scalar(&words.join(" "));
    if line.chars().count() + indent < WIDTH - 20 {
        return line;
    }
    let margin = " ".repeat(indent + 2);
    let mut folded = String::from(">-");
    let mut column = WIDTH;
    for word in words {
        let length = word.chars().count();
        if column + 1 + length > WIDTH {
            folded.push('\n');
            folded.push_str(&margin);
            column = margin.len() + length;
        } else {
            folded.push(' ');
            column += 1 + length;
        }
        folded.push_str(word);
    }
    folded
}

/// Any value as a block, indented by `indent`, with a line break at its end.
pub(crate) fn block(value: &Value, indent: usize) -> String {
    let margin = " ".repeat(indent);
    match value {
        Value::Object(fields) if !fields.is_empty() => fields
            .iter()
            .map(|(key, value)| format!("{margin}{}:{}", scalar(key), below(value, indent)))
            .collect(),
        Value::Array(items) if !items.is_empty() => items
            .iter()
            .map(|item| {
                // The first line of an item stands beside its hyphen, where its margin would be.
                let item = block(item, indent + 2);
                format!("{margin}- {}", item.trim_start())
            })
            .collect(),
        leaf => format!("{margin}{}\n", inline(leaf)),
    }
}

/// What follows a `:` or `-`.
fn below(value: &Value, indent: usize) -> String {
    match value {
        Value::Object(fields) if !fields.is_empty() => format!("\n{}", block(value, indent + 2)),
        Value::Array(items) if !items.is_empty() => format!("\n{}", block(value, indent + 2)),
        leaf => format!(" {}\n", inline(leaf)),
    }
}

fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
