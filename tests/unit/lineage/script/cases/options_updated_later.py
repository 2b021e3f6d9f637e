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

opts = {"path": "s3://o/base"}
opts["path"] = opts["path"] + "/x"
opts.update({"partitionKeys": ["d"]})
extra = dict(opts, path="s3://o/extra")
dyf = glueContext.create_dynamic_frame.from_catalog(database="d", table_name="t")
glueContext.write_dynamic_frame.from_options(dyf, "s3", opts, "parquet")
glueContext.write_dynamic_frame.from_options(dyf, "s3", extra, "parquet")
