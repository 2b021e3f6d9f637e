from pyspark.sql import functions as F

frame = spark.table("r.t")
frame.select([F.col(c).alias(f"{c}_x") for c in frame.columns]).write.saveAsTable("w.t")
