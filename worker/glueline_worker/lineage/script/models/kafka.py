"""Clients of Kafka in plain Python: kafka-python and confluent-kafka."""

from __future__ import annotations

from dataclasses import dataclass

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.naming import UNKNOWN_NAME, name_kafka_topic
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import list_texts, render
from glueline_worker.lineage.script.domain.values import MISSING, UNKNOWN, Frame, Value
from glueline_worker.lineage.script.models.datasets import list_paths
from glueline_worker.lineage.script.models.library import Library

_SERVERS = "bootstrap.servers"
_MODULES = frozenset({"kafka", "confluent_kafka", "aiokafka"})


def _name_topics(state: State, servers: Value, topics: Value) -> list[Dataset]:
    first = next(iter(list_paths(servers)), UNKNOWN_NAME)
    return [
        name_kafka_topic(render(first), render(topic), state.context)
        for topic in list_paths(topics)
    ]


@dataclass(eq=False)
class Producer(LibraryObject):
    """A producer, with its servers."""

    servers: Value

    def call(self, call: Call) -> Value:
        """Call a method of the producer."""
        if call.name in {"send", "produce", "send_and_wait"}:
            found = _name_topics(call.state, self.servers, call.arg(0, "topic"))
            call.state.write([*call.args[1:], *call.kwargs.values()], found, "kafka")
        return UNKNOWN


@dataclass(eq=False)
class Consumer(LibraryObject):
    """A consumer, with the topics that it reads."""

    servers: Value
    topics: Value
    rows: Value = None
    """The messages, once the consumer has a topic."""

    def get_element(self, label: str) -> Value:
        """Return any message."""
        return Frame(self.rows.node, "rows", label) if isinstance(self.rows, Frame) else UNKNOWN

    def call(self, call: Call) -> Value:
        """Call a method of the consumer."""
        if call.name == "subscribe":
            return self.subscribe(call.state, call.arg(0, "topics"))
        return self.get_element("unknown") if call.name in {"poll", "consume"} else UNKNOWN

    def subscribe(self, state: State, topics: Value) -> Value:
        """Read topics from now on."""
        rows = state.read(_name_topics(state, self.servers, topics), "kafka")
        state.change(self, topics=topics, rows=Frame(rows.node, "rows"))
        return None


def _make_producer(call: Call) -> Value:
    servers = _find_servers(call)
    return MISSING if servers is None else Producer(servers)


def _make_consumer(call: Call) -> Value:
    servers = _find_servers(call)
    if servers is None:
        return MISSING
    topics = [arg for arg in call.args if not isinstance(arg, dict)]
    consumer = Consumer(servers, topics)
    if topics:
        consumer.subscribe(call.state, topics)
    return consumer


def _find_servers(call: Call) -> Value:
    """Return the servers; None where the call is of another library."""
    named = call.arg(None, "bootstrap_servers")
    if named is None and call.args and isinstance(call.args[0], dict):
        named = call.args[0].get(_SERVERS)
    if named is None and _MODULES.intersection(call.parts):
        return list_texts(UNKNOWN)
    return named


KAFKA = Library(
    functions={
        **dict.fromkeys(("KafkaProducer", "AIOKafkaProducer", "Producer"), _make_producer),
        **dict.fromkeys(("KafkaConsumer", "AIOKafkaConsumer", "Consumer"), _make_consumer),
    }
)
