use super::Next;

#[test]
fn an_id_is_read_as_it_was_written() {
    let next = Next {
        version: 7,
        rows: 3,
    };
    assert_eq!(next.to_string(), "7-3");
    assert_eq!("7-3".parse(), Ok(next));
}

#[test]
fn anything_else_is_no_id() {
    for id in ["", "7", "7-", "-3", "7-3-1", "7--3", "a-1", "0:12"] {
        assert_eq!(id.parse::<Next>(), Err(()), "{id}");
    }
}
