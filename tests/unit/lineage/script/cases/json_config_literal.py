import sys
from awsglue.transforms import *
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.job import Job
args = getResolvedOptions(sys.argv, ["JOB_NAME", "bucket", "env"])
sc = SparkContext()
glueContext = GlueContext(sc)
spark = glueContext.spark_session
job = Job(glueContext)

import json
CONFIG = json.loads("""{"tables": [{"db": "r", "name": "a"}, {"db": "r", "name": "b"}], "target": "s3://o"}""")
for entry in CONFIG["tables"]:
    spark.table("{db}.{name}".format(**entry)).write.parquet(CONFIG["target"] + "/" + entry["name"])
