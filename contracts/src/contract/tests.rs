use std::time::Duration;

use arrow_schema::{DataType, TimeUnit};

use super::{Contract, Side};
use crate::{Assigned, LogicalType};

const EVERYTHING: &str = include_str!("../../tests/it/everything.yaml");

fn everything() -> Contract {
    Contract::parse("everything.yaml", EVERYTHING).unwrap()
}

/// What is wrong with a contract whose text `from` is replaced by `to`.
fn wrong(from: &str, to: &str) -> String {
    assert!(EVERYTHING.contains(from), "{from}");
    let yaml = EVERYTHING.replacen(from, to, 1);
    Contract::parse("c.yaml", &yaml).unwrap_err().to_string()
}

#[test]
fn a_contract_is_read() {
    let contract = everything();
    assert_eq!(contract.id(), "urn:mesh:contract:testing:everything");
    assert_eq!(
        (contract.name(), contract.version()),
        ("everything", "1.2.3")
    );
    assert_eq!((contract.domain(), contract.status()), ("testing", "draft"));
    assert_eq!(contract.description(), "To test the gate.");
    assert_eq!(contract.tags(), ["test"]);
    assert_eq!(contract.source(), EVERYTHING);
    let properties = contract.schema().properties();
    let count = properties
        .iter()
        .find(|property| property.name() == "count")
        .unwrap();
    assert_eq!(count.business_name(), Some("Count"));
    assert_eq!(
        (count.unit(), count.classification()),
        (Some("pieces"), Some("internal"))
    );
    assert!(count.required() && !count.unique());
    let level = properties
        .iter()
        .find(|property| property.name() == "level")
        .unwrap();
    assert_eq!(level.enum_values()[0].label(), Some("two"));
    assert_eq!(level.enum_values()[1].description(), Some("The lowest."));
    let [.., event_id, received_at] = properties else {
        panic!("{properties:?}");
    };
    assert_eq!(event_id.assigned(), Some(Assigned::EventId));
    assert!(event_id.unique() && event_id.primary_key());
    assert_eq!(received_at.assigned(), Some(Assigned::ReceivedAt));
    let people = properties
        .iter()
        .find(|property| property.name() == "people")
        .unwrap();
    assert!(matches!(people.logical_type(), LogicalType::Array(item) if item.required()));
    let spot = properties.iter().find(|property| property.name() == "spot");
    let Some(LogicalType::Object(spot)) = spot.map(crate::Property::logical_type) else {
        panic!("{spot:?}");
    };
    assert_eq!((spot[0].required(), spot[1].required()), (true, false));
}

#[test]
fn a_mistake_is_told_with_its_place_and_what_to_write() {
    for (from, to, expected) in [
        (
            "v3.2.0",
            "v2.2.2",
            "c.yaml:2:13: apiVersion: `v2.2.2` is not known here; write one of v3.2.0, v3.1.0, v3.0.2, v3.0.1, v3.0.0",
        ),
        (
            "version: 1.2.3",
            "version: 1.2",
            "c.yaml:6:10: version: expected a text, found a number; put it in quotes",
        ),
        (
            "1.2.3",
            "1.2.03",
            "c.yaml:6:10: version: `1.2.03` is no version; write major.minor.patch, such as 1.0.0",
        ),
        (
            "name: everything",
            "name: Every Thing",
            "c.yaml:5:7: name: `Every Thing` cannot stand in an address; write small letters, digits and hyphens, \
          starting with a letter, at most 64",
        ),
        (
            "domain: testing\n",
            "",
            "c.yaml:2:1: `domain` is missing; add `domain:`",
        ),
        (
            "status:",
            "stauts:",
            "c.yaml:7:1: unknown field `stauts`; did you mean `status`?",
        ),
        (
            "        required: true",
            "        requird: true",
            "c.yaml:29:9: schema[0].properties[3]: unknown field `requird`; did you mean `required`?",
        ),
        (
            "logicalType: boolean",
            "logicalType: bool",
            "c.yaml:47:22: schema[0].properties[9].logicalType: `bool` is not known here; write one of string, date, \
          timestamp, time, number, integer, object, array, boolean, map, vector",
        ),
        (
            "minimum: 1,",
            "minimun: 1,",
            "c.yaml:28:31: schema[0].properties[3].logicalTypeOptions: unknown field `minimun`; did you mean `minimum`?",
        ),
        (
            "minimum: 1,",
            "minLength: 1,",
            "c.yaml:28:31: schema[0].properties[3].logicalTypeOptions: unknown field `minLength`; known here: \
          multipleOf, maximum, exclusiveMaximum, minimum, exclusiveMinimum, format",
        ),
        (
            "minimum: 1,",
            "minimum: 1.5,",
            "c.yaml:28:40: schema[0].properties[3].logicalTypeOptions.minimum: the bound of an integer is no integer; \
          write a whole number of 64 bits",
        ),
        (
            "minimum: 1,",
            "minimum: 31,",
            "c.yaml:28:29: schema[0].properties[3].logicalTypeOptions: no value can keep these options; raise the upper \
          bound or lower the lower one",
        ),
        (
            "examples: [abc]",
            "examples: [abc, a]",
            "c.yaml:17:25: schema[0].properties[0].examples[1]: the example breaks the property's own rule `min-length`; \
          write a string, at least 2 characters, at most 6 characters, matching ^[^0-9]*$",
        ),
        (
            "name: kind",
            "name: Code",
            "c.yaml:18:9: schema[0].properties[1]: property `Code` is there already; give every property a name of its \
          own; capitals do not make a difference",
        ),
        (
            "value: 2 }",
            "value: two }",
            "c.yaml:45:15: schema[0].properties[8].enum: a value is no number; write values of the property's type",
        ),
    ] {
        assert_eq!(wrong(from, to), expected);
    }
}

#[test]
fn what_the_gate_could_not_hold_is_refused() {
    for (from, to, expected) in [
        ("^[^0-9]*$", "^\\\\d*$", "`\\d` means different things"),
        ("^[^0-9]*$", "(?i)a", "`(?` means different things"),
        ("^[^0-9]*$", "[a[b]]", "`[` means different things"),
        ("^[^0-9]*$", "(a", "not a regular expression"),
        ("format: uuid", "format: phone", "`phone` is not known here"),
        (
            "format: uuid",
            "format: binary",
            "JSON has no bytes: write byte",
        ),
        (
            "format: uuid",
            "format: password",
            "it asks nothing of a text",
        ),
        (
            "multipleOf: 3",
            "multipleOf: 0.5",
            "no multiple of an integer",
        ),
        ("multipleOf: 3", "format: u128", "do not fit into a dataset"),
        (
            "format: f32",
            "format: i32",
            "`i32` is not known here; did you mean `f32`? write one of f32, f64",
        ),
        (
            "multipleOf: 0.05",
            "multipleOf: 0.0000000001",
            "no step of numbers",
        ),
        (
            "multipleOf: 0.05",
            "multipleOf: 0",
            "the number is out of range; write more than 0",
        ),
        (
            "logicalType: boolean",
            "logicalType: boolean\n        logicalTypeOptions: { format: byte }",
            "the type boolean has no options",
        ),
        (
            "logicalType: boolean",
            "logicalType: map\n        map: { key: { logicalType: string }, value: { logicalType: string } }",
            "records have no type map here; write an array of objects with a key and a value",
        ),
        (
            "logicalType: boolean",
            "logicalType: vector\n        logicalTypeOptions: { dimensions: 3 }",
            "with minItems and maxItems",
        ),
        (
            "format: yyyy-MM-dd",
            "format: dd.MM.yyyy",
            "remove `format`, or write yyyy-MM-dd or ISO_LOCAL_DATE",
        ),
        (
            "maximum: \"2024-02-29\"",
            "maximum: \"2023-02-29\"",
            "no date; write one such as \"2024-02-29\"",
        ),
        (
            "maximum: \"2024-02-29\"",
            "maximum: \"1960-02-29\"",
            "no value can keep these options",
        ),
        (
            "23:59:59.999999Z",
            "23:59:59.9999999Z",
            "at most 6 decimals",
        ),
        (
            "timezone: true",
            "timezone: false",
            "every timestamp is written with its offset",
        ),
        ("Etc/UTC", "Europe/Berlin", "taken for UTC"),
        (
            "format: ISO_LOCAL_TIME",
            "timezone: true",
            "a time of day has no offset here",
        ),
        (
            "{ minItems: 1, maxItems: 3 }",
            "{ minItems: 1, uniqueItems: true, maxItems: 0 }",
            "no value can keep",
        ),
        (
            "- name: people\n        logicalType: array\n",
            "- name: people\n        logicalType: array\n        logicalTypeOptions: { uniqueItems: true }\n",
            "items of type object that differ in JSON can be the same in a dataset",
        ),
        (
            "required: [x]",
            "required: [z]",
            "the object has no property `z`",
        ),
        (
            "minProperties: 1",
            "minProperties: 2",
            "minProperties is 2, but 1 properties are required",
        ),
        (
            "maxProperties: 2",
            "maxProperties: 1",
            "maxProperties is 1, but there are 2 properties",
        ),
        (
            "        required: true\n        unique: true",
            "        unique: true",
            "a primary key that may be absent",
        ),
        (
            "value: event_id }",
            "value: received_at }",
            "cannot fill in a property of this type",
        ),
        (
            "            logicalType: integer\n",
            "            logicalType: string\n            required: true\n            \
         customProperties: [{ property: assigned, value: event_id }]\n",
            "at the top of a record only",
        ),
        (
            "schema:\n",
            "schema:\n  - { name: more, properties: [{ name: a, logicalType: string }] }\n",
            "exactly one schema",
        ),
    ] {
        let told = wrong(from, to);
        assert!(told.contains(expected), "{told}");
    }
}

/// What is read of a contract that says this about itself, and this of its properties `count` and `code`.
fn with_custom(contract: &str, count: &str, code: &str) -> Result<Contract, String> {
    let list = |items: &str| format!("customProperties: [{items}]\n");
    let named = |name: &str| format!("      - name: {name}\n");
    let mut yaml = EVERYTHING.replacen("schema:\n", &(list(contract) + "schema:\n"), 1);
    // `count` has custom properties already.
    yaml = yaml.replacen("{ property: unit, value: pieces }", count, 1);
    yaml = yaml.replacen(
        &named("code"),
        &format!("{}        {}", named("code"), list(code)),
        1,
    );
    Contract::parse("c.yaml", &yaml).map_err(|error| error.to_string())
}

#[test]
fn a_contract_says_what_its_events_are_keyed_by_and_how_long_they_are_remembered() {
    const KEY: &str = "{ property: eventKey, value: true }";
    let plain = with_custom("", "", "").unwrap();
    assert!(plain.schema().event_key().is_none());
    assert_eq!(
        plain.deduplication_window(),
        Some(Duration::from_secs(3600))
    );
    let window = "{ property: deduplicationWindow, value: P1D }";
    let keyed = with_custom(window, KEY, "{ property: eventKey, value: false }").unwrap();
    assert_eq!(
        keyed.schema().event_key().map(crate::Property::name),
        Some("count")
    );
    assert_eq!(
        keyed.deduplication_window(),
        Some(Duration::from_secs(86_400))
    );
    let told =
        |contract: &str, count: &str, code: &str| with_custom(contract, count, code).unwrap_err();
    for window in ["P8D", "P7DT1S", "an hour", "PT1.5H", "P1M"] {
        let told = told(
            &format!("{{ property: deduplicationWindow, value: {window} }}"),
            "",
            "",
        );
        assert!(
            told.contains(
                "customProperties[0].value: no time of at most 7 days; write one as ISO 8601 does"
            ),
            "{told}"
        );
    }
    assert_eq!(
        told("", KEY, KEY),
        "c.yaml:27:9: schema[0].properties[3]: `code` is the key of the events already; mark one property; events of \
         one value of it keep their order"
    );
    assert!(
        told("", "{ property: eventKey, value: yes please }", "")
            .contains("expected true or false")
    );
}

#[test]
fn what_cannot_be_a_key_or_be_remembered_is_refused() {
    let key = "customProperties: [{ property: eventKey, value: true }]";
    for (from, to, expected) in [
        (
            "logicalType: boolean",
            &format!("logicalType: boolean\n        {key}"),
            "a property of type boolean cannot be the key of an event; mark a string or an integer",
        ),
        (
            "            logicalType: integer\n",
            &format!("            logicalType: integer\n            {key}\n"),
            "the key of an event stands at the top of its record",
        ),
        (
            "{ property: assigned, value: event_id }",
            &"{ property: assigned, value: event_id }, { property: eventKey, value: true }".to_owned(),
            "what the platform assigns is another for each event",
        ),
        (
            "{ property: assigned, value: received_at }",
            &"{ property: unit, value: s }]\ncustomProperties: [{ property: deduplicationWindow, value: PT1H }".to_owned(),
            "events cannot be told from their repetitions",
        ),
    ] {
        let told = wrong(from, to);
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn the_arrow_schema_has_the_contracts_types() {
    let schema = everything().arrow_schema();
    let field = |name: &str| schema.field_with_name(name).unwrap();
    for (name, data_type, nullable) in [
        ("code", DataType::Utf8, true),
        ("count", DataType::Int64, false),
        ("ratio", DataType::Float64, true),
        ("flag", DataType::Boolean, true),
        ("day", DataType::Date32, true),
        ("shift", DataType::Utf8, true),
        (
            "at",
            DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            true,
        ),
        ("event_id", DataType::Utf8, false),
    ] {
        assert_eq!(
            (field(name).data_type(), field(name).is_nullable()),
            (&data_type, nullable),
            "{name}"
        );
    }
    assert_eq!(
        field("place").data_type().to_string(),
        r#"Struct("name": non-null Utf8, "floor": Int64)"#
    );
    assert_eq!(field("visits").data_type().to_string(), "List(Date32)");
}

#[test]
fn the_json_schema_says_what_each_side_holds() {
    let input = everything().json_schema(Side::Input);
    assert_eq!(
        input["$id"],
        "urn:mesh:contract:testing:everything:1.2.3:input"
    );
    assert!(input["properties"].get("event_id").is_none());
    assert_eq!(input["required"].to_string(), r#"["count","place"]"#);
    assert_eq!(
        input["properties"]["kind"].to_string(),
        r#"{"description":"Kind of thing. (b = bee)","type":["string","null"],"enum":["b","a",null]}"#
    );
    for (name, expected) in [
        (
            "small",
            r#"{"type":["integer","null"],"minimum":-100,"maximum":127}"#,
        ),
        (
            "ip4",
            r#"{"type":["string","null"],"format":"ipv4","pattern":"^[0-9]{1,3}(?:[.][0-9]{1,3}){3}$"}"#,
        ),
        (
            "term",
            r#"{"type":["string","null"],"format":"date","formatExclusiveMinimum":"1999-12-31","formatExclusiveMaximum":"2100-01-01"}"#,
        ),
    ] {
        assert_eq!(input["properties"][name].to_string(), expected);
    }
    let stored = everything().json_schema(Side::Stored);
    assert_eq!(stored["properties"]["event_id"]["readOnly"], true);
    assert_eq!(
        stored["required"].to_string(),
        r#"["count","place","event_id","received_at"]"#
    );
}
