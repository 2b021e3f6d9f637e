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

def get_args():
    wanted = ["JOB_NAME", "source_db", "source_table"]
    return getResolvedOptions(sys.argv, wanted)
def main():
    opts = get_args()
    db, tbl = opts["source_db"], opts["source_table"]
    dyf = glueContext.create_dynamic_frame.from_catalog(database=db, table_name=tbl)
    key = "/".join([opts.get("prefix", "out"), db, tbl])
    glueContext.write_dynamic_frame.from_options(frame=dyf, connection_type="s3", connection_options={"path": "s3://lake/" + key}, format="parquet")
main()
