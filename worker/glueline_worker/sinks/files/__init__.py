"""Folders of objects, with a manifest for each run.

A small unit goes into the journal of its process, and at the commit of the run into objects that it
shares with others. A large unit has objects of its own.
"""
