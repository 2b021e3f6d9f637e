import sys

from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession

STAGES = {
    "test": {"bucket": "kiln-test", "database": "kiln_test"},
    "live": {"bucket": "kiln-live", "database": "kiln"},
}
stage = STAGES[getResolvedOptions(sys.argv, ["stage"])["stage"]]
spark = SparkSession.builder.getOrCreate()
spark.sql(f"USE {stage['database']}")
spark.table("firings").write.parquet("s3://{bucket}/firings".format(**stage))
spark.table("glazes").write.parquet("s3://{bucket}/{database}/glazes".format(**stage))
