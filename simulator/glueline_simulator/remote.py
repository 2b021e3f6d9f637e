"""A client of the control endpoint."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from glueline_simulator.errors import SimulatorError, UsageError

_TIMEOUT = 30


class Remote:
    """Reads and changes a running simulator through its control endpoint."""

    def __init__(self, url: str = "") -> None:
        self.url = url

    def stats(self) -> dict[str, Any]:
        """Return the calls since the start or the last `reset`, by operation and in all."""
        return self._request("GET", "stats")

    def settings(self) -> dict[str, Any]:
        """Return the current settings."""
        return self._request("GET", "settings")

    def configure(self, **changes: Any) -> dict[str, Any]:
        """Change settings at run time: latency, quota, faults, deny, hide, outage and more."""
        return self._request("POST", "settings", changes)

    def reset(self) -> None:
        """Clear the statistics, fill the quotas, and start the faults from the seed again."""
        self._request("POST", "reset")

    def outage(self, seconds: float) -> None:
        """Reset every connection for some seconds."""
        self.configure(outage=seconds)

    def expire_sessions(self) -> None:
        """End all sessions of assumed roles before their time, as revoking them does."""
        self._request("POST", "sessions/expire")

    def add_database(self, database: str, **definition: Any) -> None:
        """Add a database, described as in a catalogue file."""
        self._request("POST", "databases/add", {"database": database, **definition})

    def delete_database(self, database: str, **where: Any) -> None:
        """Delete a database with its tables."""
        self._request("POST", "databases/delete", {"database": database, **where})

    def add_table(self, database: str, table: str, **definition: Any) -> None:
        """Add or replace a table, described as in a catalogue file."""
        body = {"database": database, "table": table, **definition}
        self._request("POST", "tables/add", body)

    def delete_table(self, database: str, table: str, **where: Any) -> None:
        """Delete a table."""
        self._request("POST", "tables/delete", {"database": database, "table": table, **where})

    def add_job(self, job: str, **definition: Any) -> None:
        """Add or replace a job and its script, described as in a catalogue file."""
        self._request("POST", "jobs/add", {"job": job, **definition})

    def delete_job(self, job: str, **where: Any) -> None:
        """Delete a job."""
        self._request("POST", "jobs/delete", {"job": job, **where})

    def send(self, queue: str, *bodies: str) -> None:
        """Put messages into a queue of SQS, which need not exist."""
        self._request("POST", "queues/send", {"queue": queue, "bodies": bodies})

    def queue(self, queue: str) -> dict[str, int]:
        """Count the ``messages`` of a queue and those ``visible`` to a receiver.

        ``received`` is the greatest number of times that one message was received.
        """
        queues: dict[str, dict[str, int]] = self._request("GET", "queues")["queues"]
        return queues.get(queue, {"messages": 0, "visible": 0, "received": 0})

    def _request(self, method: str, name: str, body: Any = None) -> dict[str, Any]:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=_TIMEOUT)
        try:
            text = None if body is None else json.dumps(body, default=str)
            connection.request(method, f"/_simulator/{name}", text)
            response = connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read())
        except OSError as error:
            message = f"the simulator at {self.url or 'no URL'} does not answer: {error}"
            raise SimulatorError(message) from None
        finally:
            connection.close()
        if "error" in answer:
            raise UsageError(answer["error"])
        return answer
