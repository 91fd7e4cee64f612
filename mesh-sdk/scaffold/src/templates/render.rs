//! One file of a template, with the answers in it.

use std::path::{Component, Path, PathBuf};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Error, UndefinedBehavior, Value};

use super::Answers;
use crate::yaml;

/// Ending of the files that are rendered; others are copied.
const RENDERED: &str = ".j2";

/// Path and content in the product, or what is wrong with the template.
pub(super) fn file(
    path: &str,
    bytes: &[u8],
    answers: &Answers,
) -> Result<(PathBuf, Vec<u8>), String> {
    let environment = environment().map_err(|error| error.to_string())?;
    let context = Value::from(Serde(answers));
    let render = |name: &str, source: &str| {
        let rendered = environment.render_named_str(name, source, context.clone());
        rendered.map_err(|error| error.to_string())
    };
    let (target, bytes) = match path.strip_suffix(RENDERED) {
        None => (path, bytes.to_vec()),
        Some(target) => {
            let source = std::str::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned())?;
            (target, render(path, source)?.into_bytes())
        }
    };
    let target = PathBuf::from(render("its name", target)?);
    match stays_inside(&target) {
        true => Ok((target, bytes)),
        false => Err(format!(
            "its name leads out of the product: {}",
            target.display()
        )),
    }
}

fn stays_inside(path: &Path) -> bool {
    let mut parts = path.components();
    path.file_name().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

fn environment() -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build()?,
    );
    environment.add_filter("yaml", |text: String| yaml::scalar(&text));
    environment.add_filter("json", |text: String| {
        serde_json::Value::from(text).to_string()
    });
    environment.add_filter("sql", |name: String| {
        format!("\"{}\"", name.replace('"', "\"\""))
    });
    Ok(environment)
}
