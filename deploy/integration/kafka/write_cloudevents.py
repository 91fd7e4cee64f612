"""write_cloudevents.py BROKERS TOPIC: writes an event with the CloudEvents SDK, in binary and in structured content mode.

The test `what_others_write_is_read` of mesh-events reads them.
"""

import datetime
import sys

from cloudevents.core.bindings.kafka import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent
from confluent_kafka import Producer

brokers, topic = sys.argv[1:]
event = CloudEvent(
    {
        "id": "0197",
        "source": "/clinics/zürich",
        "type": "clinic.reading",
        "subject": "Zoë",
        "time": datetime.datetime(2023, 11, 14, 22, 13, 20, 123456, datetime.timezone.utc),
        "dataschema": "urn:mesh:heart-readings:1",
        "datacontenttype": "application/json",
        "correlationid": "0042",
        "clinic": "an attribute that the mesh has no place for",
    },
    {"age": 63.0},
)
producer = Producer({"bootstrap.servers": brokers})
for message in (to_binary_event(event), to_structured_event(event)):
    producer.produce(topic, message.value, message.key, headers=list(message.headers.items()))
assert producer.flush(30) == 0, "the events were not taken"
print(f"the CloudEvents SDK wrote to {topic}")
