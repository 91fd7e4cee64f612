use super::*;

fn origin(host: &str) -> String {
    Origin::from_host(Some(host)).0
}

#[test]
fn snippets_call_the_host_the_reader_came_to() {
    assert_eq!(origin("127.0.0.1:8080"), "http://127.0.0.1:8080");
    assert_eq!(origin("localhost"), "http://localhost");
    assert_eq!(origin("[::1]:7070"), "http://[::1]:7070");
}

#[test]
fn a_token_goes_to_another_machine_by_https_only() {
    assert_eq!(origin("mesh.example.org"), "https://mesh.example.org");
    assert_eq!(origin("10.0.0.7:7070"), "https://10.0.0.7:7070");
    assert_eq!(
        origin("localhost.example.org"),
        "https://localhost.example.org"
    );
}

#[test]
fn a_host_that_is_not_plain_is_not_repeated() {
    for bad in [
        "",
        ":",
        ":80",
        "a b",
        "a;rm -rf",
        "$(id)",
        "a'b",
        "<script>",
        "host:99999",
        "host:80:80",
        "[::1",
        "[zz]:1",
        "user@host",
        "host/path",
        "-rf",
        "a\"b",
        "[::1]x",
        "[::1]]:1",
        "ä.example",
    ] {
        assert_eq!(origin(bad), "http://127.0.0.1:7070", "{bad}");
    }
    assert_eq!(Origin::from_host(None).0, "http://127.0.0.1:7070");
}

#[test]
fn text_in_a_command_stays_one_word() {
    assert_eq!(
        in_shell("it's $(id) `id` \"x\""),
        r#"'it'\''s $(id) `id` "x"'"#
    );
}

#[test]
fn names_that_sql_would_split_are_quoted() {
    let dataset = |name: &str| DatasetEntry {
        name: name.to_owned(),
        contract: String::new(),
        rows: 0,
        version: 0,
        updated_at: chrono::Utc::now(),
        location: None,
        from: None,
        refreshed_at: None,
        failure: None,
        quality: None,
        profile: None,
        correlations: Vec::new(),
    };
    assert_eq!(
        select(&dataset("heart_readings")),
        "SELECT * FROM heart_readings LIMIT 10"
    );
    assert_eq!(
        select(&dataset("heart-readings")),
        "SELECT * FROM \"heart-readings\" LIMIT 10"
    );
    assert_eq!(
        select(&dataset("a\"; DROP")),
        "SELECT * FROM \"a\"\"; DROP\" LIMIT 10"
    );
}
