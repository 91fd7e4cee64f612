use std::{
    io,
    sync::{Arc, Mutex},
};

use axum::http::HeaderMap;
use serde_json::Value;
use tracing_subscriber::{layer::SubscriberExt, registry};

use super::{LogFormat, lines};
use crate::telemetry::RequestContext;

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_json_line_names_the_request_and_its_caller() {
    let written = Written::default();
    let writer = written.clone();
    let subscriber = registry().with(lines(LogFormat::Json, move || writer.clone()));
    tracing::subscriber::with_default(subscriber, || {
        let mut headers = HeaderMap::new();
        headers.insert("x-request-id", "abc-1".parse().unwrap());
        let context = RequestContext::open(&headers);
        context.record_subject("ana");
        context
            .span()
            .in_scope(|| tracing::info!(records = 3, "accepted"));
    });
    let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    let line: Value = serde_json::from_str(text.trim()).unwrap();
    assert_eq!(line["message"], "accepted");
    assert_eq!(line["records"], 3);
    assert_eq!(line["span"]["request_id"], "abc-1");
    assert_eq!(line["span"]["subject"], "ana");
}
