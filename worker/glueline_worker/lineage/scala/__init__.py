"""Reads Scala job scripts: translates them to Python, which the script reader understands."""

from glueline_worker.lineage.scala.reader import read_scala

__all__ = ["read_scala"]
