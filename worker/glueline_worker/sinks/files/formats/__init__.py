"""The formats of objects: how lines of JSON are stored in a file, and found in it again."""
