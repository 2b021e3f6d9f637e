from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
old, new = {"table": "loft.doves", "key": "old"}, {"table": "loft.pigeons", "key": "new"}


def copy(table, key):
    spark.table(table).write.parquet("s3://loft-lake/{}".format(key))


options = new if spark.conf.get("loft.new") == "yes" else old
copy(**options)
