"""async_scoring.py BROKERS: asks a model by messages as any program would, with confluent-kafka and the CloudEvents SDK.

Every request that keeps the contract has one answer, in either content mode, the same that REST gives; the others are in
quarantine and keep nobody waiting.
"""

import json
import sys
import time
import urllib.request
import uuid

from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from confluent_kafka import Consumer, Producer, TopicPartition

from mesh_client import ORIGIN, PRODUCT, TOKEN, get, post, wait_for_rows

BROKERS = sys.argv[1]
MODEL = "heart-risk"
SOURCE = "urn:device:bracelet-7"
PATIENCE = 60

# The product says itself where its topics are and what is on them.
document = get(f"{PRODUCT}/asyncapi.json")
requests_channel = document["channels"][f"{MODEL}-requests"]
requests = requests_channel["address"]
results = document["channels"][f"{MODEL}-results"]["address"]
assert {server["host"] for server in document["servers"].values()} == set(BROKERS.split(",")), document["servers"]
message = document["components"]["messages"][f"{MODEL}-requests"]
schema = message["headers"]["properties"]["ce_dataschema"]["const"]


def reading(patient: int) -> dict:
    return {
        "patient_id": f"p-{patient}", "age": 40 + patient % 40, "sex": patient % 2, "cp": 1 + patient % 4, "trestbps": 120 + patient,
        "chol": 200 + patient, "fbs": 0, "restecg": 0, "thalach": 150, "exang": patient % 2, "oldpeak": 1.5, "slope": 1, "ca": 0, "thal": 3,
    }  # fmt: skip


def request(data: dict, dataschema: str = schema) -> CloudEvent:
    attributes = {
        "id": str(uuid.uuid4()),
        "source": SOURCE,
        "type": "mesh.score.request",
        "specversion": "1.0",
        "datacontenttype": "application/json",
        "dataschema": dataschema,
        "subject": data.get("patient_id", "nobody"),
    }
    return CloudEvent(attributes, data)


def quarantined() -> list[dict]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    address = f"{ORIGIN}{PRODUCT}/quarantine?dataset=heart_risk_scores"
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=10) as answer:
        return json.load(answer)["entries"]


def by_subject(event: CloudEvent) -> str:
    return event.get_subject()


good = {event.get_id(): event for event in (request(reading(patient)) for patient in range(40))}
structured = set(list(good)[::4])
poison = [
    KafkaMessage({}, None, b"\xff\xfe no event"),
    KafkaMessage({"ce_specversion": b"1.0", "ce_id": b"x"}, None, b"{}"),
    to_binary(request(reading(1), schema.rsplit(":", 1)[0] + ":99.0.0"), JSONFormat(), by_subject),
    to_binary(request({**reading(2), "age": "old"}), JSONFormat(), by_subject),
    to_binary(request({"patient_id": "p-3"}), JSONFormat(), by_subject),
]
BROKEN = len(poison)

producer = Producer({"bootstrap.servers": BROKERS, "partitioner": "consistent"})


def send(message: KafkaMessage) -> None:
    headers = [(name, value if isinstance(value, bytes) else value.encode()) for name, value in message.headers.items()]
    producer.produce(requests, message.value, message.key, headers=headers)


for number, (identity, event) in enumerate(good.items()):
    write = to_structured if identity in structured else to_binary
    send(write(event, JSONFormat(), by_subject))
    if number % 8 == 0 and poison:
        send(poison.pop())
# Sent again, as after an acknowledgement that got lost.
again = list(good)[0]
send(to_binary(good[again], JSONFormat(), by_subject))
assert producer.flush(PATIENCE) == 0, "the requests were not taken"

consumer = Consumer({"bootstrap.servers": BROKERS, "group.id": "async-scoring-client", "enable.auto.commit": False})
partitions = consumer.list_topics(results, 10).topics[results].partitions
consumer.assign([TopicPartition(results, partition, 0) for partition in partitions])
answers: dict[str, dict[str, CloudEvent]] = {}
deadline = time.monotonic() + PATIENCE
while set(answers) != set(good):
    assert time.monotonic() < deadline, f"{len(answers)} of {len(good)} requests were answered"
    message = consumer.poll(1)
    if message is None:
        continue
    assert message.error() is None, message.error()
    event = from_binary(KafkaMessage(dict(message.headers()), message.key(), message.value()), JSONFormat(), CloudEvent)
    asked_by = event.get_extension("correlationid")
    if asked_by is not None:
        answers.setdefault(asked_by, {})[event.get_id()] = event
consumer.close()

for identity, event in good.items():
    assert len(answers[identity]) == 1, f"{len(answers[identity])} answers to one request"
    (answer,) = answers[identity].values()
    assert answer.get_type() == "mesh.score"
    assert answer.get_subject() == event.get_subject()
    said = answer.get_data()
    risk = said.pop("heart_risk")
    assert said == event.get_data(), "what was asked comes back whole"
    assert risk["event_id"] == answer.get_id()
    by_rest = json.loads(post(f"/models/{MODEL}/score", json.dumps(event.get_data()).encode()))["heart_risk"]
    for member in ("prediction", "probability", "accuracy", "model", "version"):
        assert risk[member] == by_rest[member], f"{member}: {risk[member]} by message, {by_rest[member]} by REST"

# What has no answer is kept with the reason, once.
waiting = {}
while len(waiting) < BROKEN:
    assert time.monotonic() < deadline + PATIENCE, f"{len(waiting)} of {BROKEN} are in quarantine"
    listed = quarantined()
    waiting = {(entry["partition"], entry["offset"]): entry for entry in listed}
    assert len(waiting) == len(listed), "an entry is there twice"
    time.sleep(0.2)
assert {entry["topic"] for entry in waiting.values()} == {requests}, waiting

# By messages, and once more by REST; the one that was sent again, once.
wait_for_rows("heart_risk_scores", 2 * len(good))

print(f"{len(good)} requests were answered by messages as by REST, {len(structured)} of them structured; {BROKEN} are in quarantine")
