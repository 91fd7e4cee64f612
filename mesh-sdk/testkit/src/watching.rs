use std::time::Duration;

use serde_json::Value;

/// How long what is expected may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A stream of server-sent events.
pub struct Watching {
    response: reqwest::Response,
    heard: String,
}

/// One block of a stream: an event, or what is said around the events.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    pub id: String,
    pub event: String,
    pub data: String,
    pub comment: String,
}

impl Frame {
    /// The CloudEvent that it carries.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    fn parse(block: &str) -> Frame {
        let mut frame = Frame::default();
        for line in block.lines() {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "id" => value.clone_into(&mut frame.id),
                "event" => value.clone_into(&mut frame.event),
                "data" if frame.data.is_empty() => value.clone_into(&mut frame.data),
                "data" => frame.data = format!("{}\n{value}", frame.data),
                "" => value.clone_into(&mut frame.comment),
                _ => {}
            }
        }
        frame
    }
}

impl Watching {
    pub(crate) fn new(response: reqwest::Response) -> Watching {
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let heard = String::new();
        Watching { response, heard }
    }

    /// The next block; nothing once the stream has ended.
    ///
    /// # Panics
    /// If neither comes about in good time.
    pub async fn next(&mut self) -> Option<Frame> {
        let heard = async {
            loop {
                if let Some((block, rest)) = self.heard.split_once("\n\n") {
                    let frame = Frame::parse(block);
                    self.heard = rest.to_owned();
                    return Some(frame);
                }
                let chunk = self.response.chunk().await.ok().flatten()?;
                self.heard.push_str(&String::from_utf8_lossy(&chunk));
            }
        };
        let heard = tokio::time::timeout(PATIENCE, heard).await;
        heard.expect("the stream goes on or ends")
    }

    /// The next event: what has data.
    ///
    /// # Panics
    /// If there is none.
    pub async fn event(&mut self) -> Frame {
        loop {
            let frame = self.next().await.expect("the stream goes on");
            if !frame.data.is_empty() {
                return frame;
            }
        }
    }

    /// Waits until the stream has ended; returns the events that came before.
    pub async fn rest(mut self) -> Vec<Frame> {
        let mut rest = Vec::new();
        while let Some(frame) = self.next().await {
            rest.push(frame);
        }
        rest.retain(|frame| !frame.data.is_empty());
        rest
    }
}
