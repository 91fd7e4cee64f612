use super::{Next, line};

#[test]
fn an_id_is_read_as_it_was_written() {
    for offsets in [vec![0], vec![12, 7], vec![3, 0, u64::MAX]] {
        let next = Next(offsets);
        assert_eq!(next.to_string().parse(), Ok(next));
    }
    assert_eq!(Next(vec![12, 7]).to_string(), "0:12,1:7");
}

#[test]
fn anything_else_is_no_id() {
    for id in [
        "",
        "12",
        "0:",
        ":1",
        "0:12,",
        "1:7",
        "0:1,2:2",
        "0:-1",
        "a:1",
        "0:1;1:2",
        "7-1",
        "0:18446744073709551616",
    ] {
        assert_eq!(id.parse::<Next>(), Err(()), "{id}");
    }
}

#[test]
fn a_type_from_elsewhere_cannot_make_lines() {
    assert_eq!(line("mesh.ingest"), "mesh.ingest");
    assert_eq!(line("a\ndata: b\r\0"), "a data: b  ");
}
