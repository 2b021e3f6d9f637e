"""The form in which a message lies in the queue: that of Celery's JSON protocol.

``docs/messages.md`` documents it for services without Celery. Celery's own clients write some more
fields, which no worker needs, and take half a millisecond for a message.
"""

from uuid import uuid4

from glueline.contract.messages import CheckRequest, UnitMessage
from glueline.contract.names import QUEUE, task_name
from glueline.contract.structs import encode_json


def encode_envelope(message: UnitMessage | CheckRequest) -> str:
    """Return the text to push into the queue's list, with a new id."""
    message_id = str(uuid4())
    return encode_json(
        {
            "body": f"[[{message.model_dump_json()}], {{}}, {{}}]",
            "content-type": "application/json",
            "content-encoding": "utf-8",
            "headers": {
                "task": task_name(message.kind),
                "id": message_id,
                # What Flower shows in place of the arguments.
                "argsrepr": message.label,
                "kwargsrepr": "",
            },
            "properties": {
                "delivery_tag": message_id,
                "delivery_info": {"exchange": "", "routing_key": QUEUE},
            },
        }
    ).decode()
