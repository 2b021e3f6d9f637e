"""Folders of objects, one for each unit and kind, with a manifest for each run."""
