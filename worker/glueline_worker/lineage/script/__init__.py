"""The reader of Python job scripts: abstract interpretation, nothing is executed.

``read_script`` follows values (constants, arguments, options), frames (from their reads through
transforms to their writes) and the script's own functions, and yields a graph.
"""

from glueline_worker.lineage.script.reader import read_script

__all__ = ["read_script"]
