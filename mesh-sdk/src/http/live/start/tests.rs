use axum::http::{HeaderMap, HeaderValue};

use super::{Asked, LAST_EVENT_ID, Start};

fn start(
    header: Option<&[u8]>,
    from: Option<&str>,
    last_event_id: Option<&str>,
) -> Result<Start, &'static str> {
    let mut headers = HeaderMap::new();
    if let Some(header) = header {
        headers.insert(LAST_EVENT_ID, HeaderValue::from_bytes(header).unwrap());
    }
    let asked = Asked {
        from: from.map(str::to_owned),
        last_event_id: last_event_id.map(str::to_owned),
    };
    Start::of(&headers, asked).map_err(|problem| problem.code().code())
}

#[test]
fn a_stream_begins_where_the_client_was() {
    let behind = |id: &str| Ok(Start::Behind(id.to_owned()));
    assert_eq!(start(None, None, None), Ok(Start::Next));
    assert_eq!(start(None, Some("beginning"), None), Ok(Start::Beginning));
    assert_eq!(start(None, None, Some("7-1")), behind("7-1"));
    assert_eq!(start(Some(b"7-2"), None, Some("7-1")), behind("7-2"));
    assert_eq!(start(Some(b"7-2"), Some("beginning"), None), behind("7-2"));
    // What a client sends that has seen no id yet.
    assert_eq!(start(Some(b""), None, None), Ok(Start::Next));
}

#[test]
fn what_is_no_place_is_refused() {
    assert_eq!(start(None, Some("end"), None), Err("bad-request"));
    assert_eq!(start(Some(b"\xff"), None, None), Err("unknown-position"));
}
