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

from concurrent.futures import ThreadPoolExecutor, as_completed
def copy(table):
    df = glueContext.create_dynamic_frame.from_catalog(database="src", table_name=table)
    glueContext.write_dynamic_frame.from_options(frame=df, connection_type="s3", connection_options={"path": f"s3://dst/{table}"}, format="parquet")
    return table
with ThreadPoolExecutor(max_workers=4) as pool:
    futures = {pool.submit(copy, t): t for t in ["a", "b"]}
    for f in as_completed(futures):
        f.result()
with ThreadPoolExecutor() as pool:
    list(pool.map(copy, ["c"]))
