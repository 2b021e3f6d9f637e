import sys
spark.table("a.b").write.parquet("s3://o/x")
