use crate::{Contract, QualityRule};

const VISITS: &str = include_str!("../../tests/documents/valid-everything.odcs.yaml");

/// The rule of a contract whose one property `a`, a text, has this `quality` entry.
fn rule(quality: &str) -> QualityRule {
    rule_of("string", quality)
}

fn rule_of(logical_type: &str, quality: &str) -> QualityRule {
    let yaml = format!(
        "{HEAD}schema:\n  - name: t\n    properties:\n      - name: a\n        logicalType: {logical_type}\n        \
         quality:\n          - {quality}\n"
    );
    let contract = Contract::parse("c.yaml", &yaml).unwrap_or_else(|error| panic!("{error}"));
    contract.quality()[0].clone()
}

const HEAD: &str = "apiVersion: v3.2.0\nkind: DataContract\nid: x\nname: x\nversion: 1.0.0\nstatus: draft\ndomain: x\n";

#[test]
fn rules_of_the_schema_come_first_and_keys_are_rules_too() {
    let contract = Contract::parse("c.yaml", VISITS).unwrap();
    let rules: Vec<_> = contract
        .quality()
        .iter()
        .map(|rule| {
            (
                rule.name(),
                rule.property(),
                rule.sentence(),
                rule.threshold(),
            )
        })
        .collect();
    let expected = [
        (
            "visits.rowCount",
            None,
            "visits has more than 0 rows",
            "> 0",
        ),
        (
            "one_visit_a_day",
            None,
            "patient_id and day together have at most 1 % duplicate values",
            "≤ 1 %",
        ),
        (
            "few sick",
            None,
            "The query `SELECT COUNT(*) FROM {object} WHERE result = 'sick'` gives a number between 0 and 100",
            "between 0 and 100",
        ),
        ("visits.text", None, "A nurse has looked at every row.", ""),
        ("visits.custom", None, "visits passes a check of soda", ""),
        (
            "visits.primaryKey",
            None,
            "patient_id and clinic together have no duplicate values",
            "= 0",
        ),
        (
            "patient_id.nullValues",
            Some("patient_id"),
            "patient_id has no null values",
            "= 0",
        ),
        (
            "patient_id.missingValues",
            Some("patient_id"),
            "patient_id has less than 1 % missing values; missing are null, the empty text, N/A",
            "< 1 %",
        ),
        (
            "result.invalidValues",
            Some("result"),
            "result has no invalid values; valid are sick, well",
            "= 0",
        ),
        (
            "vitals.pulse.nullValues",
            Some("vitals.pulse"),
            "vitals.pulse has less than 5 % null values",
            "< 5 %",
        ),
        (
            "seen_at.unique",
            Some("seen_at"),
            "seen_at has no duplicate values",
            "= 0",
        ),
    ];
    let expected = expected.map(|(name, property, sentence, threshold)| {
        (name, property, sentence.to_owned(), threshold.to_owned())
    });
    assert_eq!(rules, expected);
    let first = &contract.quality()[0];
    assert_eq!(
        (first.severity(), first.dimension()),
        (Some("warning"), Some("completeness"))
    );
    assert_eq!(contract.quality()[2].schedule(), Some("0 20 * * *"));
    assert_eq!(
        contract.quality()[6].business_impact(),
        Some("Nobody can be asked.")
    );
}

#[test]
fn a_key_that_is_promised_already_is_no_second_rule() {
    let yaml = format!(
        "{HEAD}schema:\n  - name: t\n    properties:\n      - name: a\n        logicalType: string\n        \
         required: true\n        unique: true\n        primaryKey: true\n        \
         quality: [{{ metric: duplicateValues, mustBe: 0 }}]\n"
    );
    let contract = Contract::parse("c.yaml", &yaml).unwrap();
    let names: Vec<_> = contract.quality().iter().map(QualityRule::name).collect();
    assert_eq!(names, ["a.duplicateValues"]);
}

#[test]
fn names_are_unique() {
    let yaml = format!(
        "{HEAD}schema:\n  - name: t\n    quality:\n      - {{ name: x, metric: rowCount, mustBe: 1 }}\n      \
         - {{ name: x, metric: rowCount, mustNotBe: 2 }}\n      - {{ metric: rowCount, mustBe: 1 }}\n      \
         - {{ metric: rowCount, mustBe: 1 }}\n    properties: [{{ name: a, logicalType: string }}]\n"
    );
    let contract = Contract::parse("c.yaml", &yaml).unwrap();
    let names: Vec<_> = contract.quality().iter().map(QualityRule::name).collect();
    assert_eq!(names, ["x", "x.2", "t.rowCount", "t.rowCount.2"]);
}

#[test]
fn a_rule_becomes_sql_that_gives_one_number() {
    let contract = Contract::parse("c.yaml", VISITS).unwrap();
    let queries: Vec<_> = contract
        .quality()
        .iter()
        .map(|rule| rule.query("da\"ta"))
        .collect();
    let expected = [
        Ok(r#"SELECT CAST(COUNT(*) AS DOUBLE) AS value FROM "da""ta""#),
        Ok(concat!(
            r#"SELECT 100.0 * CAST(COALESCE(SUM(alike.n - 1), 0) AS DOUBLE) / NULLIF((SELECT COUNT(*) FROM "da""ta"), 0) "#,
            r#"AS value FROM (SELECT COUNT(*) AS n FROM "da""ta" WHERE "patient_id" IS NOT NULL AND "day" IS NOT NULL "#,
            r#"GROUP BY "patient_id", "day") AS alike"#
        )),
        Ok(concat!(
            "SELECT CAST(measured.number AS DOUBLE) AS value FROM (\n",
            r#"SELECT COUNT(*) FROM "da""ta" WHERE result = 'sick'"#,
            "\n) AS measured(number)"
        )),
        Err("a text rule is for people"),
        Err("the rule is for soda, which this mesh does not run"),
        Ok(concat!(
            r#"SELECT CAST(COALESCE(SUM(alike.n - 1), 0) AS DOUBLE) AS value FROM (SELECT COUNT(*) AS n FROM "da""ta" "#,
            r#"WHERE "patient_id" IS NOT NULL AND "clinic" IS NOT NULL GROUP BY "patient_id", "clinic") AS alike"#
        )),
        Ok(
            r#"SELECT CAST(COUNT(CASE WHEN "patient_id" IS NULL THEN 1 END) AS DOUBLE) AS value FROM "da""ta""#,
        ),
        Ok(concat!(
            r#"SELECT 100.0 * CAST(COUNT(CASE WHEN "patient_id" IS NULL OR CAST("patient_id" AS VARCHAR) IN ('', 'N/A') "#,
            r#"THEN 1 END) AS DOUBLE) / NULLIF(COUNT(*), 0) AS value FROM "da""ta""#
        )),
        Ok(concat!(
            r#"SELECT CAST(COUNT(CASE WHEN "result" IS NOT NULL AND (NOT (CAST("result" AS VARCHAR) IN ('sick', 'well'))) "#,
            r#"THEN 1 END) AS DOUBLE) AS value FROM "da""ta""#
        )),
        Ok(concat!(
            r#"SELECT 100.0 * CAST(COUNT(CASE WHEN "vitals"['pulse'] IS NULL THEN 1 END) AS DOUBLE) / "#,
            r#"NULLIF(COUNT(*), 0) AS value FROM "da""ta""#
        )),
        Ok(concat!(
            r#"SELECT CAST(COALESCE(SUM(alike.n - 1), 0) AS DOUBLE) AS value FROM (SELECT COUNT(*) AS n FROM "da""ta" "#,
            r#"WHERE "seen_at" IS NOT NULL GROUP BY "seen_at") AS alike"#
        )),
    ];
    let expected = expected.map(|query| query.map(str::to_owned).map_err(str::to_owned));
    assert_eq!(queries, expected);
}

#[test]
fn texts_of_a_contract_stay_texts_in_sql() {
    let told = rule(
        r#"{ metric: invalidValues, arguments: { validValues: ["x') OR ('1'='1"], pattern: "^'$" }, mustBe: 0 }"#,
    );
    let query = told.query("t").unwrap();
    assert!(query.contains("IN ('x'') OR (''1''=''1')"), "{query}");
    assert!(
        query.contains("regexp_like(CAST(\"a\" AS VARCHAR), '^''$')"),
        "{query}"
    );
}

#[test]
fn numbers_are_compared_as_numbers_where_the_column_has_them() {
    let told = rule_of(
        "number",
        "{ metric: invalidValues, arguments: { validValues: [1, 2.5, x] }, mustBe: 0 }",
    );
    let query = told.query("t").unwrap();
    assert!(
        query.contains(r#""a" IN (1, 2.5) OR CAST("a" AS VARCHAR) IN ('x')"#),
        "{query}"
    );
    let none = rule("{ metric: invalidValues, arguments: { validValues: [] }, mustBe: 0 }");
    assert!(none.query("t").unwrap().contains("NOT (FALSE)"));
}

#[test]
fn placeholders_are_filled_in() {
    let query =
        |query: &str| rule(&format!("{{ type: sql, query: {query:?}, mustBe: 0 }}")).query("t");
    let expected = "SELECT CAST(measured.number AS DOUBLE) AS value FROM (\nSELECT MAX(\"a\") FROM \"t\" -- x\n) AS measured(number)";
    for written in [
        "SELECT MAX({property}) FROM {object} -- x",
        "SELECT MAX(${property}) FROM ${object} -- x ; ",
        "SELECT MAX(${column}) FROM ${table} -- x",
    ] {
        assert_eq!(query(written).as_deref(), Ok(expected));
    }
    assert_eq!(
        query("SELECT ${what}"),
        Err("the query has a placeholder `${what}` that nobody fills in".to_owned())
    );
    let yaml = format!(
        "{HEAD}schema:\n  - name: t\n    quality: [{{ type: sql, query: 'SELECT {{property}}', mustBe: 0 }}]\n    \
         properties: [{{ name: a, logicalType: string }}]\n"
    );
    let contract = Contract::parse("c.yaml", &yaml).unwrap();
    assert!(
        contract.quality()[0]
            .query("t")
            .unwrap_err()
            .contains("stands at no property")
    );
}

#[test]
fn what_cannot_be_measured_says_why() {
    for (quality, reason) in [
        ("{ metric: rowCount, mustBe: 0 }", "not of a property"),
        (
            "{ metric: invalidValues, mustBe: 0 }",
            "does not say what is valid",
        ),
        (
            "{ metric: invalidValues, arguments: { pattern: '(?=a)' }, mustBe: 0 }",
            "no regular expression",
        ),
        (
            "{ metric: nullValues, arguments: { depth: 3 }, mustBe: 0 }",
            "the argument `depth`",
        ),
        ("{ metric: nullValues, mustBe: many }", "no number"),
        ("{ description: Is good. }", "for people"),
    ] {
        let told = rule(quality).query("t").unwrap_err();
        assert!(told.contains(reason), "{told}");
    }
    let yaml = VISITS.replace(
        "{ name: text, logicalType: string }",
        "{ name: text, logicalType: string, unique: true, quality: [{ metric: nullValues, mustBe: 0 }] }",
    );
    let contract = Contract::parse("c.yaml", &yaml).unwrap();
    let inside = contract
        .quality()
        .iter()
        .find(|rule| rule.name() == "notes[].text.nullValues")
        .unwrap();
    assert!(inside.query("t").unwrap_err().contains("inside of a list"));
    let names: Vec<_> = contract.quality().iter().map(QualityRule::name).collect();
    assert!(!names.contains(&"notes[].text.unique"), "{names:?}");
}

#[test]
fn a_measured_number_keeps_the_rule_or_not() {
    for (operator, threshold, keeping, breaking) in [
        ("mustBe: 5", "= 5", &[5.0][..], &[4.0, 6.0, f64::NAN][..]),
        ("mustBe: true", "= 1", &[1.0], &[0.0]),
        ("mustNotBe: 5", "≠ 5", &[4.0], &[5.0, f64::NAN]),
        ("mustBeGreaterThan: 5", "> 5", &[5.1], &[5.0, f64::NAN]),
        ("mustBeGreaterOrEqualTo: 5", "≥ 5", &[5.0], &[4.9]),
        ("mustBeLessThan: 5", "< 5", &[4.9], &[5.0, f64::NAN]),
        ("mustBeLessOrEqualTo: 5", "≤ 5", &[5.0], &[5.1]),
        (
            "mustBeBetween: [5, 1.5]",
            "between 1.5 and 5",
            &[1.5, 3.0, 5.0],
            &[1.4, 5.1, f64::NAN],
        ),
        (
            "mustNotBeBetween: [1, 5]",
            "not between 1 and 5",
            &[0.9, 5.1],
            &[1.0, 5.0, f64::NAN],
        ),
    ] {
        let rule = rule(&format!("{{ metric: nullValues, {operator} }}"));
        assert_eq!(rule.threshold(), threshold);
        assert!(keeping.iter().all(|value| rule.holds(*value)), "{operator}");
        assert!(
            !breaking.iter().any(|value| rule.holds(*value)),
            "{operator}"
        );
    }
}
