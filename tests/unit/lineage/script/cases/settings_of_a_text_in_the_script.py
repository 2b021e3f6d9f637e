import configparser
from types import SimpleNamespace

from pyspark.sql import SparkSession

TEXT = """
[tea]
Table = tea.gardens
path = s3://tea-lake/100%/gardens
"""
parser = configparser.ConfigParser(interpolation=None)
parser.read_string(TEXT)
coffee = SimpleNamespace(table="coffee.farms", target=SimpleNamespace(path="s3://coffee-lake/farms"))
spark = SparkSession.builder.getOrCreate()
spark.table(parser["tea"]["table"]).write.parquet(parser.get("tea", "path"))
spark.table(coffee.table).write.parquet(coffee.target.path)
