from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
# no rows: a definition, and who writes there later writes the table
spark.sql("CREATE TABLE shop.bills LOCATION 's3://shop/bills/' AS SELECT * FROM shop.old WHERE 1=0")
spark.sql("CREATE TABLE shop.notes AS SELECT * FROM shop.older LIMIT 0")
spark.read.csv("s3://raw/bills/").write.parquet("s3://shop/bills/")
# rows
spark.sql("CREATE TABLE shop.lines AS SELECT * FROM shop.raw_lines WHERE id > 0")
