//! Which fields a schema knows at a place.

use serde_json::Value;

/// Schemas may refer to themselves.
const DEEPEST: usize = 12;

/// The fields that a mapping may have.
#[derive(Default)]
pub(super) struct Known<'s> {
    pub(super) names: Vec<&'s str>,
    /// Further ones that it may have once another field says so: the name, and what must be written.
    pub(super) elsewhere: Vec<(&'s str, String)>,
}

impl<'s> Known<'s> {
    /// What the schema at `pointer` knows for a mapping such as `instance`.
    pub(super) fn at(schema: &'s Value, pointer: &str, instance: &Value) -> Known<'s> {
        let mut known = Known::default();
        known.add(schema, pointer, instance);
        known
    }

    pub(super) fn add(&mut self, schema: &'s Value, pointer: &str, instance: &Value) {
        if let Some(node) = schema.pointer(pointer) {
            self.collect(schema, node, instance, None, DEEPEST);
        }
    }

    fn collect(
        &mut self,
        root: &'s Value,
        node: &'s Value,
        instance: &Value,
        condition: Option<&str>,
        depth: usize,
    ) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        let properties = node.get("properties").and_then(Value::as_object);
        for name in properties.into_iter().flat_map(|map| map.keys()) {
            match condition {
                None if !self.names.contains(&name.as_str()) => self.names.push(name),
                Some(condition) => self.elsewhere.push((name, condition.to_owned())),
                None => {}
            }
        }
        let target = node.get("$ref").and_then(Value::as_str);
        let target = target.and_then(|target| root.pointer(target.strip_prefix('#')?));
        let parts = ["allOf", "anyOf", "oneOf"].into_iter();
        let parts = parts.filter_map(|keyword| node.get(keyword)?.as_array());
        for part in target.into_iter().chain(parts.flatten()) {
            self.collect(root, part, instance, condition, depth);
        }
        let Some(test) = node.get("if") else {
            return;
        };
        let applies = holds(test, instance);
        if let Some(then) = node.get("then") {
            let unmet = (!applies).then(|| wanted(test)).flatten();
            match (applies, &unmet) {
                (true, _) => self.collect(root, then, instance, condition, depth),
                (false, Some(unmet)) => self.collect(root, then, instance, Some(unmet), depth),
                (false, None) => {}
            }
        }
        if let (false, Some(other)) = (applies, node.get("else")) {
            self.collect(root, other, instance, condition, depth);
        }
    }
}

/// Whether the condition of an `if` holds, as far as standards write them: fields that must be there, or be of a
/// value or type.
fn holds(test: &Value, instance: &Value) -> bool {
    let list = |keyword: &str| test.get(keyword).and_then(Value::as_array);
    let there = |name: &Value| {
        name.as_str()
            .is_some_and(|name| instance.get(name).is_some())
    };
    let fits = |(name, expected): (&String, &Value)| {
        instance.get(name).is_none_or(|value| {
            let equal = expected
                .get("const")
                .is_none_or(|constant| constant == value);
            let text = expected
                .get("type")
                .is_none_or(|kind| kind != "string" || value.is_string());
            equal && text
        })
    };
    let properties = test.get("properties").and_then(Value::as_object);
    list("required").is_none_or(|names| names.iter().all(there))
        && properties.is_none_or(|properties| properties.iter().all(fits))
        && list("anyOf").is_none_or(|tests| tests.iter().any(|test| holds(test, instance)))
}

/// What must be written for the condition of an `if` to hold: `type: sql`.
fn wanted(test: &Value) -> Option<String> {
    let constant = |test: &Value| {
        let (name, expected) = test.get("properties")?.as_object()?.iter().next()?;
        Some(format!("{name}: {}", expected.get("const")?.as_str()?))
    };
    let tests = test.get("anyOf").and_then(Value::as_array);
    constant(test).or_else(|| tests?.iter().find_map(constant))
}
