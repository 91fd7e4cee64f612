//! How much one server takes on.

use std::time::Duration;

/// The limits of a server. The defaults fit one machine that answers scoring and ingest requests.
#[derive(Debug, Clone)]
pub struct Limits {
    pub(super) body_bytes: u64,
    pub(super) request_time: Duration,
    pub(super) concurrent_requests: usize,
    pub(super) connections: usize,
    pub(super) idle_time: Duration,
    pub(super) header_bytes: usize,
    pub(super) drain_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 16 * 1024 * 1024,
            request_time: Duration::from_secs(30),
            concurrent_requests: 1024,
            connections: 4096,
            idle_time: Duration::from_secs(30),
            header_bytes: 64 * 1024,
            drain_time: Duration::from_secs(20),
        }
    }
}

impl Limits {
    /// The largest body (default 16 MiB).
    #[must_use]
    pub fn body_bytes(mut self, bytes: u64) -> Self {
        self.body_bytes = bytes;
        self
    }

    /// From a request's head to its answer's head (default 30 s).
    #[must_use]
    pub fn request_time(mut self, time: Duration) -> Self {
        self.request_time = time;
        self
    }

    /// Requests worked on at once (default 1024); further ones are told to come back.
    #[must_use]
    pub fn concurrent_requests(mut self, requests: usize) -> Self {
        self.concurrent_requests = requests;
        self
    }

    /// Connections open at once (default 4096); further ones wait to be accepted.
    #[must_use]
    pub fn connections(mut self, connections: usize) -> Self {
        self.connections = connections;
        self
    }

    /// How long a connection may take to send a complete request head, counted from when it is open or its last
    /// answer was sent (default 30 s).
    #[must_use]
    pub fn idle_time(mut self, time: Duration) -> Self {
        self.idle_time = time;
        self
    }

    /// The largest request head (default 64 KiB, at least 8 KiB).
    #[must_use]
    pub fn header_bytes(mut self, bytes: usize) -> Self {
        self.header_bytes = bytes.max(8 * 1024);
        self
    }

    /// How long requests under way may take to finish once the server is told to stop (default 20 s).
    #[must_use]
    pub fn drain_time(mut self, time: Duration) -> Self {
        self.drain_time = time;
        self
    }
}
