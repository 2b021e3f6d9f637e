"""Commands of the AWS CLI that a script runs in a shell: ``aws s3 cp``, ``mv`` and ``sync``."""

from __future__ import annotations

import re
import shlex

from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.template_text import as_text
from glueline_worker.lineage.script.domain.values import MISSING, External, Value
from glueline_worker.lineage.script.models import datasets
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.script.models.python import files
from glueline_worker.lineage.word_sets import split_words

_LENGTH_LIMIT = 10_000
_COPY = re.compile(r"\baws\s+s3\s+(?:cp|mv|sync)\s")
_WITH_VALUE = split_words(
    "--acl --exclude --include --sse --sse-kms-key-id --storage-class --profile --region "
    "--content-type --cache-control --metadata --grants --endpoint-url"
)
_ENDS = frozenset(("&&", "||", ";", "|", ">", "2>&1"))


def _run_command(call: Call) -> Value:
    """Call ``subprocess.run(["aws", "s3", "cp", source, target])`` or ``os.system(text)``."""
    command = call.arg(0, "args", "command", "cmd")
    if isinstance(command, (list, tuple)):
        words = [as_text(word) for word in command]
    elif isinstance(command, str) and len(command) <= _LENGTH_LIMIT and _COPY.search(command):
        words = _split(command)
    else:
        return MISSING
    found = [
        at for at in range(len(words) - 2) if words[at].endswith("aws") and words[at + 1] == "s3"
    ]
    for at in found:
        _copy(call, words[at + 2], words[at + 3 :])
    return External("process") if found else MISSING


def _split(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        return command.split()


def _copy(call: Call, verb: str, words: list[str]) -> None:
    places: list[str] = []
    is_value = False
    for word in words:
        if word in _ENDS:
            break
        if not is_value and not word.startswith("--"):
            places.append(word.rstrip(";"))
        is_value = word in _WITH_VALUE
    if verb not in {"cp", "mv", "sync"} or len(places) != 2:  # noqa: PLR2004 - from and to
        return
    source, target = places
    if not any(place.startswith("s3://") for place in places):
        return
    if source.startswith("s3://"):
        found = datasets.find_locations(call.state, source)
        frame = files.mark_tentative(call.state, call.state.read(found, "aws s3"))
    else:
        frame = files.read_file(call.state, source)
    files.write_file(call.state, target, frame)


_FUNCTIONS = ("run", "call", "check_call", "check_output", "Popen", "getoutput")
SHELL_COMMANDS = Library(
    functions={
        **{f"subprocess.{name}": _run_command for name in _FUNCTIONS},
        "os.system": _run_command,
        "os.popen": _run_command,
    }
)
