from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
spark.sql("INSERT INTO sales.orders.branch_audit SELECT * FROM sales.staging")
spark.table("glue_catalog.sales.orders.tag_release").writeTo("glue_catalog.sales.kept").append()
