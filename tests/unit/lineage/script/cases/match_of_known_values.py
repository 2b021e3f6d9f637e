from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
STEPS = [
    {"kind": "file", "at": "s3://mill/grain"},
    {"kind": "table", "db": "mill", "name": "flour"},
    ("copy", "bran"),
]
for step in STEPS:
    match step:
        case {"kind": "file", "at": place}:
            spark.read.json(place).write.parquet("s3://silo/from_file")
        case {"kind": "table", "db": database, "name": name}:
            spark.table(f"{database}.{name}").write.parquet("s3://silo/from_table")
        case ("copy", name) if name != "husk":
            spark.table(f"mill.{name}").write.parquet(f"s3://silo/{name}")
