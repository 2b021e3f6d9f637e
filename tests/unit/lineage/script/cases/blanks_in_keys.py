from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
spark.read.csv(" s3://lake/ in /a ").write.json("s3://lake/Bill Header /")
