#!/usr/bin/env bash
# What: OpenLineage's client reports success for events that its transport `async_http` took and
#   never delivered.
# Versions: openlineage-python 1.54.0.
# Why it matters: a program that sends lineage believes that all of it has arrived. A token that
#   has run out, or an address that has moved, loses all events.
# Expected: an error from `emit`, `wait_for_completion` or `close`, as the transport `http` raises.
# Actual: `emit` returns, and `wait_for_completion` and `close` return True although the service
#   answered each event with 401. Only `get_stats()["failed"]` of the transport tells.
# In Glueline: openlineage/transports.py waits for a transport and counts what it lost.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --disable-pip-version-check --quiet install 'openlineage-python==1.54.0'

cat > "$folder/loss.py" <<'PYTHON'
import logging
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import Job, Run, RunEvent, RunState

logging.disable(logging.CRITICAL)
asked = 0


class Refusing(BaseHTTPRequestHandler):
    def do_POST(self):
        global asked
        asked += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
event = RunEvent(
    eventTime="2026-03-01T02:00:00Z",
    eventType=RunState.COMPLETE,
    run=Run("0195f3a1-0000-7000-8000-000000000001"),
    job=Job("lake", "load_orders"),
    producer="https://example.com/producer",
)


def send(kind):
    """Return what the client says about two refused events, and the transport's own count."""
    retry = {"total": 0}
    client = OpenLineageClient(config={"transport": {"type": kind, "url": url, "retry": retry}})
    try:
        for _ in range(2):
            client.emit(event)
    except Exception as error:
        return f"{type(error).__name__} from emit"
    waited = client.transport.wait_for_completion(30)
    failed = client.transport.get_stats()["failed"]
    return f"no error; wait_for_completion {waited}, close {client.close(30)}, {failed} failed"


found = {kind: send(kind) for kind in ("http", "async_http")}
for kind, said in found.items():
    print(f"{kind}: {said}")
print(f"requests, each answered with 401: {asked}")
server.shutdown()
expected = {
    "http": "HTTPError from emit",
    "async_http": "no error; wait_for_completion True, close True, 2 failed",
}
sys.exit(0 if found == expected and asked == 3 else "The behaviour has changed.")
PYTHON
timeout 120 "$folder/venv/bin/python" "$folder/loss.py"
