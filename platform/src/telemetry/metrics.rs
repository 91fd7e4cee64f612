//! Numbers for Prometheus.

use std::{
    collections::HashMap,
    sync::{OnceLock, PoisonError, RwLock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    http::{Method, StatusCode, header},
    response::IntoResponse,
};
use metrics::{
    Counter, Histogram, counter, describe_counter, describe_gauge, describe_histogram, gauge,
    histogram,
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::{
    api::{Api, Operation, Schema},
    problem::{Problem, codes},
};

const REQUESTS: &str = "http_requests_total";
const DURATION: &str = "http_request_duration_seconds";
const RSS: &str = "process_resident_memory_bytes";

/// Seconds. From a model in memory (below 1 ms) to the slowest query.
const BUCKETS: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0,
];

/// The recorder of this process, installed on first use; `None` if the process has one of another kind.
fn recorder() -> Option<&'static PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    RECORDER
        .get_or_init(|| {
            let handle = PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Full(DURATION.to_owned()), &BUCKETS)
                .expect("there are buckets")
                .install_recorder()
                .ok()?;
            describe_process();
            Some(handle)
        })
        .as_ref()
}

fn describe_process() {
    describe_counter!(REQUESTS, "HTTP requests answered");
    describe_histogram!(
        DURATION,
        "Seconds from a request's head to its answer's head"
    );
    describe_gauge!("mesh_build_info", "Always 1; the version is a label");
    gauge!("mesh_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    describe_gauge!(
        "process_start_time_seconds",
        "Unix time at which the process started"
    );
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    gauge!("process_start_time_seconds").set(now.as_secs_f64());
    describe_gauge!(RSS, "Memory of the process that is in RAM");
}

/// Keeps the memory of unread histograms bounded; to be called every few seconds.
pub(crate) fn upkeep() {
    if let Some(recorder) = recorder() {
        recorder.run_upkeep();
    }
}

/// `GET /metrics`, open like every Prometheus target: it holds numbers and route names only.
pub fn metrics_api() -> Api {
    Api::new().route(
        Method::GET,
        "/metrics",
        render,
        Operation::new("metrics", "Counts and durations, for Prometheus")
            .tag("platform")
            .public()
            .answer(
                StatusCode::OK,
                "Prometheus text format",
                "text/plain",
                Schema::text(),
            )
            .problems(&[&codes::UNAVAILABLE]),
    )
}

async fn render() -> Result<impl IntoResponse, Problem> {
    let recorder = recorder().ok_or_else(|| Problem::new(&codes::UNAVAILABLE))?;
    if let Some(bytes) = resident_bytes() {
        gauge!(RSS).set(bytes);
    }
    let headers = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    Ok((headers, recorder.render()))
}

/// As the kernel counts it; only Linux says.
fn resident_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024.0)
}

/// The two series of each (route, method, status), looked up without building their labels anew each time.
pub(crate) struct HttpMetrics {
    series: RwLock<HashMap<Box<str>, Vec<Series>>>,
}

struct Series {
    method: &'static str,
    status: u16,
    requests: Counter,
    duration: Histogram,
}

impl HttpMetrics {
    pub(crate) fn new() -> Self {
        recorder();
        Self {
            series: RwLock::default(),
        }
    }

    pub(crate) fn observe(
        &self,
        method: &'static str,
        route: &str,
        status: u16,
        elapsed: Duration,
    ) {
        let same = |one: &&Series| one.method == method && one.status == status;
        let known = self.series.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(one) = known.get(route).and_then(|route| route.iter().find(same)) {
            return one.observe(elapsed);
        }
        drop(known);
        let one = Series::new(method, route, status);
        one.observe(elapsed);
        let mut known = self.series.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(route.into()).or_default().push(one);
    }
}

impl Series {
    fn new(method: &'static str, route: &str, status: u16) -> Self {
        let labels = [
            ("method", method.to_owned()),
            ("route", route.to_owned()),
            ("status", status.to_string()),
        ];
        Self {
            method,
            status,
            requests: counter!(REQUESTS, &labels),
            duration: histogram!(DURATION, &labels),
        }
    }

    fn observe(&self, elapsed: Duration) {
        self.requests.increment(1);
        self.duration.record(elapsed.as_secs_f64());
    }
}
