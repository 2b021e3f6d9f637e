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

import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--source-path", dest="source")
parser.add_argument("--target-path", required=True)
parser.add_argument("--db", default="lake")
opts, _ = parser.parse_known_args()
spark.read.csv(opts.source).write.parquet(opts.target_path)
spark.table(opts.db + ".t").write.saveAsTable(f"{opts.db}.u")
