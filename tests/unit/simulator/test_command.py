"""The command: what it prints, how it ends, and how it says no."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from glueline_simulator import Simulator, SimulatorError
from glueline_simulator.cli import main


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    said = capsys.readouterr().err
    assert said.count("\n") == 1, said
    return int(ended.value.code or 0), said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--quota", "GetTables"], "write OPERATION=CALLS_A_SECOND"),
        (["--quota", "GetTables=fast"], "'fast' is no quota"),
        (["--quota", "GetTables=-1"], "'-1' is no quota"),
        (["--quota", "GetTabels=5"], "did you mean GetTable"),
        (["--deny", "Nothing"], "'Nothing' is no operation"),
        (["--fault-kinds", "500,boom"], "'boom' is no kind of fault"),
        (["--faults", "2"], "faults: input should be less than or equal to 1"),
        (["--latency", "slow"], "invalid float value"),
        (["--tables", "-1"], "--tables must be between 0 and 1000000"),
        (["--account", "12"], "--account must be twelve digits"),
        (["--port", "70000"], "--port must be between 0 and 65535"),
        (["--sample", "--tables", "3"], "give one of"),
        (["--nonsense"], "unrecognized arguments"),
    ],
)
def test_nonsense_is_refused_in_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    code, text = refused(capsys, "serve", *arguments)
    assert code == 2
    assert said in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("databases:\n  a:\n    tables: [\n", "line 4"),
        ("databases:\n  a:\n    tables:\n      b: {colums: {}}\n", "line 4: databases.a.tables.b"),
        ("databases:\n  a:\n    raw: {Nme: x}\n", "line 3: databases.a.raw: Unknown member 'nme'"),
        ("account: 123456789012\n", "write its twelve digits in quotes"),
        ("jobs:\n  j:\n    script_file: none.py\n", "job j: script_file none.py"),
        ("roles:\n  reader:\n", "write arn:aws:iam::ACCOUNT:role/NAME"),
        ("- a\n", "line 1: the file"),
    ],
)
def test_a_bad_catalogue_is_refused_with_file_and_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "lake.yaml"
    path.write_text(text)
    code, sentence = refused(capsys, "serve", "--catalogue", str(path))
    assert code == 1
    assert said in sentence


def test_a_port_in_use_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, said = refused(capsys, "serve", "--port", str(taken.getsockname()[1]))
    assert code == 1
    assert "already in use" in said


def test_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    text = capsys.readouterr().out
    assert "tables in each database" in text
    assert "--quota GetTables=50:10" in text


def test_the_sample_is_a_catalogue(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    main(["sample"])
    path = tmp_path / "mine.yaml"
    path.write_text(capsys.readouterr().out)
    with Simulator(catalogue=path) as sim:
        assert sim.stats()["total"]["calls"] == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_announces_itself_and_ends_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    ready = tmp_path / "url"
    command = [sys.executable, "-m", "glueline_simulator", "serve", "--port", "0", "--json"]
    with subprocess.Popen(
        [*command, "--jobs", "3", "--ready-file", str(ready)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stderr
        line = json.loads(process.stdout.readline())
        assert line["jobs"] == 3
        with httpx.Client() as client:  # a connection that stays open must not hold it up
            assert client.get(f"{line['url']}/_simulator/stats").status_code == 200
            assert wait_for(ready).strip() == line["url"]
            process.send_signal(number)
            assert process.wait(60) == 0
        assert process.stderr.read() == ""


def wait_for(path: Path) -> str:
    """The file is written just after the line."""
    for _ in range(500):
        if path.exists():
            return path.read_text()
        time.sleep(0.01)
    raise TimeoutError(path)


def test_it_goes_when_its_parent_goes() -> None:
    program = (
        "import os, sys\n"
        "from glueline_simulator import Simulator\n"
        "sim = Simulator(databases=1, tables=1).start()\n"
        "print(sim.pid, flush=True)\n"
        "os._exit(0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True
    )
    pid = int(done.stdout)
    for _ in range(500):
        if not alive(pid):
            return
        time.sleep(0.02)
    pytest.fail("the simulator outlived its parent")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat")
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_a_stopped_simulator_is_gone_and_can_be_started_again() -> None:
    sim = Simulator(databases=1, tables=1, jobs=0)
    with sim:
        first = sim.pid
        assert sim.environment()["AWS_ENDPOINT_URL"] == sim.url
    assert not alive(first)
    with pytest.raises(SimulatorError):
        sim.stats()
    with sim:
        assert sim.stats()["total"]["calls"] == 0


def test_the_control_endpoint_explains_itself(generated: Simulator) -> None:
    url = f"{generated.url}/_simulator"
    assert "POST tables/delete" in httpx.get(url).json()["requests"]
    assert httpx.get(f"{url}/nothing").status_code == 404
    assert httpx.get(f"{url}/reset").status_code == 405
    assert httpx.post(f"{url}/settings", content=b"{").status_code == 400
    assert httpx.post(f"{url}/tables/delete", json={"table": "t"}).json() == {
        "error": "'database' is missing: the name of the database"
    }


def test_what_is_no_http_is_refused(generated: Simulator) -> None:
    host, _, port = generated.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400")
        assert connection.recv(100) == b""
