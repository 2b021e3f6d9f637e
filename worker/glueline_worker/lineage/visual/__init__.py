"""Glue Studio's graph (``CodeGenConfigurationNodes``) as a graph of steps."""

from glueline_worker.lineage.visual.reader import CustomCode, read_visual

__all__ = ["CustomCode", "read_visual"]
