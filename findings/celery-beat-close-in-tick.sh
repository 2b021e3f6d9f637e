#!/usr/bin/env bash
# What: on SIGTERM, Celery beat closes its scheduler twice, the first time inside a running tick.
# Versions: celery 5.7.0.
# Why it matters: a scheduler of one's own (`--scheduler`) that closes its connections in `close`
#   closes them under the tick that uses them. What the tick does on its way out (`finally`, `with`)
#   meets closed connections, and an error there makes beat end with code 1.
# Expected: the tick ends, then `close` is called once.
# Actual: the signal handler calls `close` while `tick` is on the stack, then raises SystemExit in
#   the tick; on its way out beat calls `close` again. Between ticks it is called twice as well.
# In Glueline: `LedgerScheduler.close` in producer/glueline/beat.py does nothing during a tick.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --disable-pip-version-check --quiet install 'celery==5.7.0'

cat > "$folder/probe.py" <<'PYTHON'
import os
import sys
import time
from pathlib import Path

from celery import Celery
from celery.beat import Scheduler

app = Celery("probe", broker="memory://")
NOTES = Path(os.environ["NOTES"])


def note(text):
    with NOTES.open("a") as file:
        file.write(f"{text}\n")


class Probe(Scheduler):
    in_tick = False

    def tick(self, *_args, **_kwargs):
        self.in_tick = True
        try:
            note("tick begins")
            if os.environ["WHERE"] == "in a tick":
                time.sleep(30)
        finally:
            self.in_tick = False
        return 30

    def close(self):
        note(f"close, {'inside' if self.in_tick else 'outside'} a tick")
PYTHON

cat > "$folder/run.py" <<'PYTHON'
import os
import signal
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

folder = Path(sys.argv[1])
EXPECTED = {
    "in a tick": ["tick begins", "close, inside a tick", "close, outside a tick"],
    "between ticks": ["tick begins", "close, outside a tick", "close, outside a tick"],
}
print(f"celery {version('celery')}")
is_same = True
for where, expected in EXPECTED.items():
    notes = folder / f"{where}.txt"
    command = ["-m", "celery", "--app", "probe", "beat", "--scheduler", "probe:Probe"]
    environment = {**os.environ, "NOTES": str(notes), "WHERE": where}
    beat = subprocess.Popen(
        [sys.executable, *command, "--pidfile="],
        cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not notes.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1)
    beat.send_signal(signal.SIGTERM)
    code = beat.wait(60)
    found = notes.read_text().splitlines()
    print(f"  SIGTERM {where}: {'; '.join(found)}; exit code {code}")
    is_same = is_same and found == expected
sys.exit(0 if is_same else "The behaviour has changed.")
PYTHON
timeout 200 "$folder/venv/bin/python" "$folder/run.py" "$folder"
