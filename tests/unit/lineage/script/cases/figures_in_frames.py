import pandas as pd
from pyspark.sql import Row, SparkSession

spark = SparkSession.builder.getOrCreate()
rows = []
for name in ["beds", "wards"]:
    frame = spark.table(f"clinic.{name}")
    rows.append({"name": name, "total": frame.count(), "half": frame.count() / 2})
spark.createDataFrame(rows).write.parquet("s3://clinic-lake/metrics/")

newest = spark.sql("SELECT max(day) AS day FROM clinic.visits").collect()[0]["day"]
spark.createDataFrame([Row(job="visits", day=newest)]).write.saveAsTable("audit.days")

staff = pd.read_csv("s3://clinic-raw/staff.csv")
pd.DataFrame({"rows": [len(staff)]}).to_csv("s3://clinic-lake/staff_count.csv")

# a figure in a name or a condition is no data
if frame.count() > 0:
    spark.table("clinic.nurses").write.parquet(f"s3://clinic-lake/nurses/{frame.count()}/")
