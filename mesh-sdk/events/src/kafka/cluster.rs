//! Questions to the cluster, and the creation of topics. librdkafka answers them by blocking, so each has a thread.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::{Duration, Instant};

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{IsError, KafkaError, RDKafkaErrorCode};
use rdkafka::topic_partition_list::Offset;
use tokio::task::spawn_blocking;

use super::clients::Clients;
use super::partitions::list;
use super::session::Session;
use super::sight::Lost;
use crate::rules::check_start;
use crate::{Cause, EventError};

/// For an answer of the cluster.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Before a question is asked again.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

pub(super) struct Cluster {
    clients: Clients,
    observer: RwLock<Arc<BaseConsumer<Session>>>,
}

/// An end of a partition.
#[derive(Clone, Copy)]
pub(super) enum Edge {
    /// The offset of its first event.
    First,
    /// The offset of the event that comes next.
    End,
}

/// The cluster did not answer, and nothing says why.
#[derive(Debug, thiserror::Error)]
#[error("no broker has answered for {} s; check whether one is at `url`", PATIENCE.as_secs())]
struct Silence;

impl Cluster {
    /// Returns once the cluster has answered a question.
    pub(super) async fn connect(clients: Clients) -> Result<Self, Cause> {
        let observer = observer(&clients)?;
        let asked = observer.clone();
        let answer = spawn_blocking(move || await_answer(&asked)).await;
        answer.map_err(|panic| Arc::new(panic) as Cause)??;
        let observer = RwLock::new(observer);
        Ok(Self { clients, observer })
    }

    /// Somebody who knows a broker to ask.
    fn observer(&self) -> Result<Arc<BaseConsumer<Session>>, Cause> {
        let now = || self.observer.read().unwrap_or_else(PoisonError::into_inner);
        let current = now().clone();
        if !current.client().context().sight.is_lost() {
            return Ok(current);
        }
        let mut observed = self
            .observer
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if Arc::ptr_eq(&observed, &current) {
            tracing::error!(reason = %Lost, "the Kafka observer failed for good and is replaced");
            *observed = observer(&self.clients)?;
        }
        Ok(observed.clone())
    }

    /// How many partitions `topic` has; `None` if there is no such topic.
    pub(super) async fn partitions(&self, topic: &str) -> Result<Option<u32>, EventError> {
        let topic = topic.to_owned();
        self.ask(move |observer| persist(|| look_up(observer, &topic)))
            .await
            .map(|found| found.map(|topic| topic.partitions))
            .map_err(|source| EventError::ReadFailed { source })
    }

    /// Creates `topic` and waits until every partition has a leader. Returns its partitions, which are others than asked
    /// for when somebody else was faster.
    pub(super) async fn create_topic(
        &self,
        topic: &str,
        partitions: u32,
    ) -> Result<u32, EventError> {
        let failed = |source| EventError::WriteFailed { source };
        let config = &self.clients.config;
        if config.tokens.is_some() {
            return Err(EventError::InvalidTopic {
                topic: topic.to_owned(),
                reason: format!(
                    "rdkafka has no way to create topics with a token; have one of {partitions} partitions created"
                ),
            });
        }
        let admin: AdminClient<Session> = self.clients.admin().map_err(failed)?;
        let count = i32::try_from(partitions).expect("a checked topic has few partitions");
        let wanted = &config.new_topics;
        let new = NewTopic::new(topic, count, TopicReplication::Fixed(wanted.replicas));
        let properties = wanted.properties.iter();
        let new = properties.fold(new, |new, (name, value)| new.set(name, value));
        let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
        let created = admin.create_topics([&new], &options).await;
        // Its end waits for a thread.
        spawn_blocking(move || drop(admin));
        for result in created.map_err(EventError::write_failed)? {
            match result {
                Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                Err((_, code)) => return Err(EventError::write_failed(KafkaError::AdminOp(code))),
            }
        }
        let topic = topic.to_owned();
        self.ask(move |observer| await_leaders(observer, &topic))
            .await
            .map_err(failed)
    }

    /// Whether reading can start at `from`.
    pub(super) async fn check_starts(
        &self,
        topic: &str,
        from: &BTreeMap<u32, u64>,
    ) -> Result<(), EventError> {
        let partitions: Vec<u32> = from.keys().copied().collect();
        let firsts = self.offsets(topic, &partitions, Edge::First).await?;
        let ends = self.offsets(topic, &partitions, Edge::End).await?;
        for ((&partition, &asked), (first, end)) in from.iter().zip(firsts.into_iter().zip(ends)) {
            check_start(topic, partition, asked, first, end)?;
        }
        Ok(())
    }

    /// The offsets at `edge` of each of `partitions`, which rise.
    pub(super) async fn offsets(
        &self,
        topic: &str,
        partitions: &[u32],
        edge: Edge,
    ) -> Result<Vec<u64>, EventError> {
        let topic = topic.to_owned();
        let partitions = partitions.to_vec();
        let ask = move |observer: &_| {
            let mut again = false;
            persist(|| {
                if std::mem::replace(&mut again, true) {
                    // What librdkafka has heard of the topic may be wrong for as long as a quarter of an hour, unless it
                    // is asked for anew: a broker that was behind may have told it.
                    let _ = look_up(observer, &topic);
                }
                offsets(observer, &topic, &partitions, edge)
            })
        };
        self.ask(ask)
            .await
            .map_err(|source| EventError::ReadFailed { source })
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&BaseConsumer<Session>) -> Result<T, KafkaError> + Send + 'static,
    ) -> Result<T, Cause> {
        let observer = self.observer()?;
        match spawn_blocking(move || question(&observer)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(Arc::new(error)),
            Err(panic) => Err(Arc::new(panic)),
        }
    }
}

fn observer(clients: &Clients) -> Result<Arc<BaseConsumer<Session>>, Cause> {
    let observer = Arc::new(clients.observer()?);
    let polled = Arc::downgrade(&observer);
    std::thread::Builder::new()
        .name("kafka-observer".to_owned())
        .spawn(move || poll(&polled))
        .map_err(|error| Arc::new(error) as Cause)?;
    Ok(observer)
}

/// librdkafka hands errors, and the need for a token, to whoever polls. Ends with the observer.
fn poll(observer: &Weak<BaseConsumer<Session>>) {
    while let Some(observer) = observer.upgrade() {
        // The session has seen it.
        let _ = observer.poll(LOOK_AGAIN);
    }
}

fn await_answer(observer: &BaseConsumer<Session>) -> Result<(), Cause> {
    let client = observer.client();
    let deadline = Instant::now() + PATIENCE;
    while client.fetch_cluster_id(LOOK_AGAIN).is_none() {
        let trouble = client.context().trouble();
        if let Some(trouble) = trouble.clone().filter(|trouble| trouble.is_final()) {
            return Err(Arc::new(trouble));
        }
        if Instant::now() > deadline {
            return Err(match trouble {
                Some(trouble) => Arc::new(trouble),
                None => Arc::new(Silence),
            });
        }
    }
    Ok(())
}

struct Found {
    partitions: u32,
    has_leaders: bool,
}

fn look_up(observer: &BaseConsumer<Session>, topic: &str) -> Result<Option<Found>, KafkaError> {
    let metadata = observer.fetch_metadata(Some(topic), PATIENCE)?;
    let Some(found) = metadata.topics().iter().find(|found| found.name() == topic) else {
        return Ok(None);
    };
    match found.error().map(RDKafkaErrorCode::from) {
        None => {}
        Some(RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic) => {
            return Ok(None);
        }
        // A topic that was just created; its partitions may be known without their leaders.
        Some(RDKafkaErrorCode::LeaderNotAvailable) => {}
        Some(code) => return Err(KafkaError::MetadataFetch(code)),
    }
    let partitions = found.partitions();
    if partitions.is_empty() {
        let code = RDKafkaErrorCode::LeaderNotAvailable;
        return Err(KafkaError::MetadataFetch(code));
    }
    Ok(Some(Found {
        partitions: u32::try_from(partitions.len()).expect("Kafka counts partitions in 31 bits"),
        has_leaders: partitions.iter().all(|partition| {
            partition.leader() >= 0 && !partition.error().is_some_and(|code| code.is_error())
        }),
    }))
}

fn await_leaders(observer: &BaseConsumer<Session>, topic: &str) -> Result<u32, KafkaError> {
    persist(|| match look_up(observer, topic)? {
        Some(found) if found.has_leaders => Ok(found.partitions),
        _ => Err(KafkaError::MetadataFetch(
            RDKafkaErrorCode::LeaderNotAvailable,
        )),
    })
}

/// What comes instead of an answer while brokers have not agreed on who leads a partition or a group, or not all of them
/// have heard of it: for a moment after a topic is created, and after a broker is lost; or while the members of a group
/// change.
const UNSETTLED: [RDKafkaErrorCode; 16] = [
    RDKafkaErrorCode::BrokerTransportFailure,
    RDKafkaErrorCode::CoordinatorLoadInProgress,
    RDKafkaErrorCode::CoordinatorNotAvailable,
    RDKafkaErrorCode::FencedLeaderEpoch,
    RDKafkaErrorCode::IllegalGeneration,
    RDKafkaErrorCode::LeaderNotAvailable,
    RDKafkaErrorCode::NodeUpdate,
    RDKafkaErrorCode::NotCoordinator,
    RDKafkaErrorCode::NotLeaderForPartition,
    RDKafkaErrorCode::OffsetNotAvailable,
    RDKafkaErrorCode::RebalanceInProgress,
    RDKafkaErrorCode::ReplicaNotAvailable,
    RDKafkaErrorCode::UnknownLeaderEpoch,
    RDKafkaErrorCode::UnknownPartition,
    RDKafkaErrorCode::UnknownTopic,
    RDKafkaErrorCode::UnknownTopicOrPartition,
];

/// Asks again while the answer is unsettled.
pub(super) fn persist<T>(mut ask: impl FnMut() -> Result<T, KafkaError>) -> Result<T, KafkaError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = ask();
        let code = answer
            .as_ref()
            .err()
            .and_then(KafkaError::rdkafka_error_code);
        let passes = code.is_some_and(|code| UNSETTLED.contains(&code));
        if !passes || Instant::now() > deadline {
            return answer;
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}

fn offsets(
    observer: &BaseConsumer<Session>,
    topic: &str,
    partitions: &[u32],
    edge: Edge,
) -> Result<Vec<u64>, KafkaError> {
    let edge = match edge {
        Edge::First => Offset::Beginning,
        Edge::End => Offset::End,
    };
    let asked = list(topic, partitions.iter().map(|&it| (it, edge)))?;
    // Asking for the offset at a time, with an edge instead of a time, asks once for all partitions.
    let answer = observer.offsets_for_times(asked, PATIENCE)?;
    let mut found = answer.elements_for_topic(topic);
    found.sort_by_key(|element| element.partition());
    found
        .into_iter()
        .map(|element| {
            element.error()?;
            let offset = element
                .offset()
                .to_raw()
                .and_then(|raw| u64::try_from(raw).ok());
            offset.ok_or(KafkaError::OffsetFetch(
                RDKafkaErrorCode::OffsetNotAvailable,
            ))
        })
        .collect()
}
