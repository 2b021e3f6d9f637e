from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
spark.sql("SELECT * FROM global_temp.shared").write.saveAsTable("lake.shared")
