"""read_cloudevents.py BROKERS TOPIC: reads the topic's events with the CloudEvents SDK, as any other program would.

There are two, alike but for their content mode: binary, as mesh-events writes, and structured, with the JSON that it makes for
people. The test `what_it_writes_is_for_others_to_read` of mesh-events leaves them there.
"""

import datetime
import sys

from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka
from cloudevents.core.formats.json import JSONFormat
from confluent_kafka import Consumer, TopicPartition

brokers, topic = sys.argv[1:]
consumer = Consumer({"bootstrap.servers": brokers, "group.id": "read-cloudevents", "enable.auto.commit": False})
consumer.assign([TopicPartition(topic, 0, 0)])
expected = {
    "id": "0197",
    "source": "/products/bracelet-cardiology",
    "type": "mesh.ingest",
    "subject": "Zoë",
    # Python keeps microseconds.
    "time": datetime.datetime(2023, 11, 14, 22, 13, 20, 123456, datetime.timezone.utc),
    "dataschema": "urn:mesh:heart-readings:1",
    "datacontenttype": "application/json",
    "correlationid": "0042",
    "data": {"age": 63.0},
    "key": "Zoë".encode(),
}
for mode in ("binary", "structured"):
    message = consumer.poll(30)
    assert message is not None, f"no event in {mode} mode came from {topic}"
    assert message.error() is None, message.error()
    event = from_kafka(KafkaMessage(dict(message.headers()), message.key(), message.value()), JSONFormat())
    found = {
        "id": event.get_id(),
        "source": event.get_source(),
        "type": event.get_type(),
        "subject": event.get_subject(),
        "time": event.get_time(),
        "dataschema": event.get_dataschema(),
        "datacontenttype": event.get_datacontenttype(),
        "correlationid": event.get_extension("correlationid"),
        "data": event.get_data(),
        "key": message.key(),
    }
    assert found == expected, f"{mode}: {found} is not {expected}"
consumer.close()
print(f"the CloudEvents SDK reads {topic}")
