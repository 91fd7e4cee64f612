//! The AsyncAPI 3.0 document of a product: its topics, what is on them, and who sends it. Made from the contracts.
//!
//! It speaks from the product's side, as the standard asks: what the product receives, others send.

mod message;
mod servers;

use mesh_contracts::{Contract, Side};
use serde_json::{Map, Value, json};

use crate::product::Events;
use crate::{RunningProduct, training, watching};

use message::{BINDING, Message, reference};

/// What a product does with the events of a topic.
#[derive(Clone, Copy)]
enum Action {
    Send,
    Receive,
}

impl Action {
    fn name(self) -> &'static str {
        match self {
            Action::Send => "send",
            Action::Receive => "receive",
        }
    }
}

/// A topic and what it is for.
struct Channel<'a> {
    name: String,
    topic: String,
    title: String,
    description: String,
    /// The product's consumer group, where it reads the topic.
    group: Option<String>,
    action: Action,
    message: Message<'a>,
    /// The channel on which what comes here is answered.
    answered: Option<String>,
}

pub(crate) fn document(running: &RunningProduct) -> Value {
    let product = running.product();
    let description = product.description();
    let channels = channels(running);
    let mut info = json!({
        "title": format!("Events of {}", product.name()),
        "version": description.version(),
        "description": format!(
            "{}\n\nEvents are CloudEvents 1.0. The product writes them in the binary content mode, whose attributes are the \
             headers of a message, and reads the structured one as well. Events of one key keep their order.",
            description.purpose().trim_end()
        ),
    });
    let tags = description.tags().iter().map(|tag| json!({ "name": tag }));
    info["tags"] = tags.collect();
    let mut document = json!({
        "asyncapi": "3.0.0",
        "id": format!("urn:mesh:{}:{}", product.domain(), product.name()),
        "info": info,
        "defaultContentType": "application/json",
    });
    if let Some(cluster) = running.events.cluster() {
        document["servers"] = servers::of(cluster);
    }
    let named = |of: fn(&RunningProduct, &Channel<'_>) -> (String, Value)| -> Map<String, Value> {
        channels
            .iter()
            .map(|channel| of(running, channel))
            .collect()
    };
    document["channels"] = Value::Object(named(channel));
    document["operations"] = Value::Object(named(operation));
    let components = channels.iter().map(|channel| channel.message.components());
    document["components"] = json!({
        "messages": components.clone().flat_map(|made| made.messages).collect::<Map<_, _>>(),
        "schemas": components.flat_map(|made| made.schemas).collect::<Map<_, _>>(),
    });
    document
}

fn channels(running: &RunningProduct) -> Vec<Channel<'_>> {
    let product = running.product();
    let ports = product.input_ports().iter().map(|port| Channel {
        name: port.name().to_owned(),
        topic: product.topic(Events::Port(port.name())),
        title: format!("Input port {}", port.name()),
        description: format!(
            "Records for dataset {}: those that were posted to the port, and those that producers send here. One that breaks \
             the contract goes to quarantine.",
            port.dataset()
        ),
        group: Some(format!("{}.{}", product.name(), port.dataset())),
        action: Action::Receive,
        message: Message {
            name: port.name().to_owned(),
            kind: "mesh.ingest",
            contract: port.contract(),
            side: Side::Stored,
            answers: false,
        },
        answered: None,
    });
    let models = product.scoring_ports().flat_map(|port| {
        let model = port.model;
        let (requests, results) = (format!("{model}-requests"), format!("{model}-results"));
        let asking = Channel {
            name: requests.clone(),
            topic: product.topic(Events::Requests(model)),
            title: format!("Requests to model {model}"),
            description: format!(
                "{} Each is answered on `{results}`; one that breaks the contract, or that the model has no answer to, goes \
                 to quarantine.",
                port.description
            ),
            group: Some(format!("{}.{model}.score", product.name())),
            action: Action::Receive,
            message: Message {
                name: requests,
                kind: "mesh.score.request",
                contract: port.input,
                side: Side::Input,
                answers: false,
            },
            answered: Some(results.clone()),
        };
        let answering = Channel {
            name: results.clone(),
            topic: product.topic(Events::Model(model)),
            title: format!("Answers of model {model}"),
            description: format!(
                "What was sent, with the answer added, be it asked for here or by HTTP; they are rows of dataset {}. The \
                 attribute `correlationid` is the id of the request that came as an event. An answer may come more than once, \
                 with the same id.",
                port.dataset
            ),
            group: None,
            action: Action::Send,
            message: Message {
                name: results,
                kind: "mesh.score",
                contract: port.output,
                side: Side::Stored,
                answers: true,
            },
            answered: None,
        };
        let training = training::contract().map(|contract| Channel {
            name: format!("{model}-train"),
            topic: product.topic(Events::Training(model)),
            title: format!("Requests to train model {model}"),
            description: "A training run for each: the id of the event is the run's, so that one that comes again begins nothing. \
                          One that breaks the contract goes to quarantine."
                .to_owned(),
            group: Some(format!("{}.{model}.train", product.name())),
            action: Action::Receive,
            message: Message {
                name: format!("{model}-train"),
                kind: "mesh.train",
                contract,
                side: Side::Input,
                answers: false,
            },
            answered: None,
        });
        let alerting = watching::contract().map(|contract| Channel {
            name: format!("{model}-alerts"),
            topic: product.topic(Events::Alerts(model)),
            title: format!("Alerts of model {model}"),
            description: "What a rule of the model has found; its rows in dataset model_quality have the same number of the look."
                .to_owned(),
            group: None,
            action: Action::Send,
            message: Message {
                name: format!("{model}-alerts"),
                kind: "mesh.alert",
                contract,
                side: Side::Stored,
                answers: false,
            },
            answered: None,
        });
        [asking, answering].into_iter().chain(training).chain(alerting)
    });
    ports.chain(models).collect()
}

fn channel(running: &RunningProduct, channel: &Channel<'_>) -> (String, Value) {
    let mut kafka = json!({ "topic": channel.topic, "bindingVersion": BINDING });
    if let Some(partitions) = running.topics.get(&channel.topic) {
        kafka["partitions"] = json!(partitions);
    }
    let messages = channel.message.names().map(|name| {
        let message = reference(&format!("components/messages/{name}"));
        (name, message)
    });
    let described = json!({
        "address": channel.topic,
        "title": channel.title,
        "description": channel.description,
        "messages": messages.into_iter().collect::<Map<_, _>>(),
        "bindings": { "kafka": kafka },
    });
    (channel.name.clone(), described)
}

fn operation(_: &RunningProduct, channel: &Channel<'_>) -> (String, Value) {
    let name = format!("{}-{}", channel.action.name(), channel.name);
    let mut described = json!({
        "action": channel.action.name(),
        "title": channel.title,
        "channel": reference(&format!("channels/{}", channel.name)),
    });
    if let Some(group) = &channel.group {
        described["bindings"]["kafka"] = json!({
            "groupId": { "type": "string", "enum": [group] },
            "bindingVersion": BINDING,
        });
    }
    if let Some(answered) = &channel.answered {
        described["reply"]["channel"] = reference(&format!("channels/{answered}"));
    }
    (name, described)
}

/// The name that a schema has in the document.
fn schema_name(contract: &Contract, side: Side) -> String {
    let side = match side {
        Side::Input => "sent",
        Side::Stored => "stored",
    };
    format!("{}-{}-{side}", contract.name(), contract.version())
}
