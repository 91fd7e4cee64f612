use proptest::prelude::*;

use super::edited;
use crate::Contract;

const VISITS: &str = include_str!("../../../tests/documents/valid-everything.odcs.yaml");

#[test]
fn only_the_value_changes() {
    for (path, old, new, value) in [
        ("version", "version: 1.2.0", "version: 2.0.0", "2.0.0"),
        (
            "status",
            "status: active",
            "status: deprecated",
            "deprecated",
        ),
        ("tags[1]", "'visit'", "'it''s'", "it's"),
        (
            "schema[0].properties[0].physicalType",
            "varchar(8)",
            "varchar(9)",
            "varchar(9)",
        ),
        ("price.priceAmount", "9.95", "12", "12"),
        (
            "schema[0].properties[0].required",
            "required: true",
            "required: false",
            "false",
        ),
        (
            "servers[1].host",
            "\"kafka:9092\"",
            "\"a \\\"b\\\"\"",
            "a \"b\"",
        ),
    ] {
        let expected = VISITS.replacen(old, new, 1);
        assert_ne!(expected, VISITS, "{path}");
        assert_eq!(
            edited(VISITS, path, value).as_deref(),
            Ok(expected.as_str()),
            "{path}"
        );
    }
}

#[test]
fn a_text_that_would_be_something_else_gets_quotes() {
    for (value, written) in [
        ("1.0", "\"1.0\""),
        ("true", "\"true\""),
        ("a: b", "\"a: b\""),
        ("a # b", "\"a # b\""),
        ("", "\"\""),
        ("a\nb", "\"a\\nb\""),
    ] {
        let new = edited("a: b # why\nc: d\n", "a", value);
        assert_eq!(new, Ok(format!("a: {written} # why\nc: d\n")), "{value:?}");
    }
}

#[test]
fn what_cannot_be_replaced_alone_is_refused() {
    for (yaml, path, value, problem) in [
        (
            "a: b\n",
            "c",
            "d",
            "document:1:1: c: there is no such value",
        ),
        ("a: { b: c }\n", "a", "d", "document:1:4: a: only a text"),
        (
            "a: |\n  b\n",
            "a",
            "d",
            "document:2:3: a: `d` cannot stand here",
        ),
        ("a: 1\n", "a", "d", "document:1:4: a: `d` cannot stand here"),
        (
            "a: true\n",
            "a",
            "1",
            "document:1:4: a: `1` cannot stand here",
        ),
        ("a: &x b\nc: *x\n", "a", "d", "document:"),
        ("a: &x b\nc: *x\n", "c", "d", "document:2:"),
        ("a: [\n", "a", "d", "document:"),
    ] {
        let error = edited(yaml, path, value).unwrap_err().to_string();
        assert!(error.starts_with(problem), "{error}");
    }
}

/// A document of some fields, written in many ways, with the value of `version` at a known place.
fn document() -> impl Strategy<Value = (String, usize, usize)> {
    let space = "[ ]{1,4}";
    let comment = prop_oneof![Just(String::new()), "[ ]{1,3}#[ -~éß🔑]{0,12}"];
    let other = prop_oneof![
        Just("name:   'it''s'".to_owned()),
        Just("tags: [ a,  \"b\" , c ]".to_owned()),
        Just("x-über: \"\\u00e9 ü\"".to_owned()),
        Just("text: |\n  # no comment\n    two\n".to_owned()),
        Just("deep:\n    deeper:  { a: 1,   b: ~ }".to_owned()),
        Just("# a line of its own: 'open".to_owned()),
        Just(String::new()),
    ];
    let quote = prop_oneof![Just(""), Just("'"), Just("\"")];
    let others = || proptest::collection::vec((other.clone(), comment.clone()), 0..4);
    let line_end = prop_oneof![Just("\n"), Just("\r\n")];
    let last = any::<bool>();
    (
        others(),
        others(),
        space,
        quote,
        comment.clone(),
        line_end,
        last,
    )
        .prop_map(|(before, after, space, quote, comment, line_end, last)| {
            let mut lines = Vec::new();
            let mut add = |(index, (line, comment)): (usize, (String, String))| {
                let key = line.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
                let text = line.contains('|');
                let line = if key {
                    format!("k{index}-{line}")
                } else {
                    line
                };
                lines.push(if text { line } else { line + &comment });
            };
            let count = before.len();
            before.into_iter().enumerate().for_each(&mut add);
            add((0, (String::new(), String::new())));
            let after = after.into_iter().enumerate();
            after
                .map(|(index, line)| (index + count, line))
                .for_each(&mut add);
            let version = format!("version:{space}{quote}");
            lines[count] = format!("{version}1.2.3{quote}{comment}");
            let start = lines[..count]
                .iter()
                .map(|line| line.replace('\n', line_end).len() + line_end.len())
                .sum::<usize>();
            let start = start + version.len();
            let mut yaml = lines.join("\n").replace('\n', line_end);
            if last {
                yaml.push_str(line_end);
            }
            (yaml, start, start + "1.2.3".len())
        })
}

proptest! {
    #[test]
    fn every_other_byte_stays((yaml, start, end) in document(), value in "[0-9]{1,3}\\.[0-9]{1,2}\\.[0-9]") {
        prop_assert_eq!(&yaml[start..end], "1.2.3");
        let expected = format!("{}{value}{}", &yaml[..start], &yaml[end..]);
        prop_assert_eq!(edited(&yaml, "version", &value), Ok(expected));
    }

    #[test]
    fn any_text_can_be_put_anywhere(value in any::<String>()) {
        let new = edited(VISITS, "description.purpose", &value);
        // What YAML has no way to write is refused; everything else reads back as it was.
        if let Ok(new) = new {
            let contract = Contract::parse("c.yaml", &new).unwrap();
            prop_assert_eq!(contract.description(), value);
            prop_assert!(new.starts_with(&VISITS[..VISITS.find("To know who").unwrap()]));
            prop_assert!(new.ends_with(&VISITS[VISITS.find("\n  limitations").unwrap()..]));
        }
    }
}
