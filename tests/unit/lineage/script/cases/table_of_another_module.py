import polars as pl
from ours import table

literal = table({"a": [1]})
names = table(["a", "b"])
