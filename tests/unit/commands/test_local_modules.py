"""``glueline inspect`` finds the modules beside a script on the disk."""

from pathlib import Path

from glueline_worker.commands.local_modules import find_local_modules


def test_modules_and_packages_beside_the_script_are_found(tmp_path: Path) -> None:
    (tmp_path / "lake").mkdir()
    (tmp_path / "lake" / "io.py").write_text("from lake import paths\n")
    (tmp_path / "lake" / "paths.py").write_text("FOLDER = 'x'\n")
    (tmp_path / "names.py").write_text("NAME = 'y'\n")
    (tmp_path / "unused.py").write_text("")
    found = find_local_modules(
        tmp_path / "job.py", b"import names, boto3\nfrom lake.io import load"
    )
    assert sorted(found) == ["lake.io", "lake.paths", "names"]


def test_what_is_no_readable_file_is_no_module(tmp_path: Path) -> None:
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "lost.py").symlink_to(tmp_path / "nowhere.py")
    (tmp_path / "round.py").symlink_to(tmp_path / "round.py")
    (tmp_path / "huge.py").write_text("#" * 2_000_000)
    assert find_local_modules(tmp_path / "job.py", b"import folder, lost, round, huge") == {}
