use super::{LockError, PublishedLock};

const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn lock() -> PublishedLock {
    let mut lock = PublishedLock::default();
    lock.add("b/c/1.0.0.odcs.yaml", b"").unwrap();
    lock.add("a/c/1.0.0.odcs.yaml", b"id: c\n").unwrap();
    lock
}

#[test]
fn a_lock_is_written_by_path_and_read_again() {
    let text = lock().to_string();
    let lines: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].ends_with("  a/c/1.0.0.odcs.yaml"));
    assert_eq!(lines[1], format!("{EMPTY}  b/c/1.0.0.odcs.yaml"));
    assert!(text.starts_with("# "));
    assert_eq!(PublishedLock::parse(&text), Ok(lock()));
}

#[test]
fn a_changed_file_is_told_from_an_unknown_one() {
    let (lock, path) = (lock(), "a/c/1.0.0.odcs.yaml");
    assert_eq!(lock.verify(path, b"id: c\n"), Ok(()));
    let changed = lock.verify(path, b"id: d\n").unwrap_err();
    assert_eq!(changed.code(), "published-contract-changed");
    assert_eq!(
        changed.to_string(),
        "a/c/1.0.0.odcs.yaml is published and was changed; put it back as it was, and write the change as a new version"
    );
    let unknown = lock.verify("a/c/1.1.0.odcs.yaml", b"").unwrap_err();
    assert_eq!(unknown.code(), "published-contract-not-locked");
}

#[test]
fn what_is_locked_cannot_be_locked_otherwise() {
    let mut lock = lock();
    let path = "b/c/1.0.0.odcs.yaml";
    assert_eq!(lock.add(path, b""), Ok(()));
    let changed = LockError::Changed { path: path.into() };
    assert_eq!(lock.add(path, b"other"), Err(changed));
    assert_eq!(lock.verify(path, b""), Ok(()));
}

#[test]
fn a_line_that_is_not_one_of_a_lock_is_refused() {
    let short = &EMPTY[1..];
    let large = EMPTY.to_uppercase();
    for line in [
        EMPTY.to_owned(),
        format!("{EMPTY} a"),
        format!("{short}  a"),
        format!("{large}  a"),
        format!("{EMPTY}  "),
        "nonsense".to_owned(),
    ] {
        let text = format!("# header\n\n{line}\n");
        assert_eq!(
            PublishedLock::parse(&text),
            Err(LockError::Malformed { line: 3 }),
            "{line}"
        );
    }
}

#[test]
fn paths_come_once_and_in_order() {
    for second in ["a", "b"] {
        let text = format!("{EMPTY}  b\n{EMPTY}  {second}\n");
        let path = second.to_owned();
        assert_eq!(
            PublishedLock::parse(&text),
            Err(LockError::Unordered { line: 2, path })
        );
    }
}
