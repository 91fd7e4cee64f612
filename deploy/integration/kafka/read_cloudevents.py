"""read_cloudevents.py BROKERS TOPIC: reads the topic's first event with the CloudEvents SDK, as any other program would.

The event is the one that the test `what_it_writes_is_for_others_to_read` of mesh-events leaves there.
"""

import datetime
import sys

from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from confluent_kafka import Consumer, TopicPartition

brokers, topic = sys.argv[1:]
consumer = Consumer({"bootstrap.servers": brokers, "group.id": "read-cloudevents", "enable.auto.commit": False})
consumer.assign([TopicPartition(topic, 0, 0)])
message = consumer.poll(30)
consumer.close()
assert message is not None, f"no event came from {topic}"
assert message.error() is None, message.error()

event = from_binary(KafkaMessage(dict(message.headers()), message.key(), message.value()), JSONFormat(), CloudEvent)
found = {
    "id": event.get_id(),
    "source": event.get_source(),
    "type": event.get_type(),
    "subject": event.get_subject(),
    "time": event.get_time(),
    "dataschema": event.get_dataschema(),
    "datacontenttype": event.get_datacontenttype(),
    "data": event.get_data(),
    "key": message.key(),
}
expected = {
    "id": "0197",
    "source": "/products/bracelet-cardiology",
    "type": "mesh.ingest",
    "subject": "Zoë",
    # Python keeps microseconds.
    "time": datetime.datetime(2023, 11, 14, 22, 13, 20, 123456, datetime.timezone.utc),
    "dataschema": "urn:mesh:heart-readings:1",
    "datacontenttype": "application/json",
    "data": {"age": 63.0},
    "key": "Zoë".encode(),
}
assert found == expected, f"{found} is not {expected}"
print(f"the CloudEvents SDK reads {topic}")
