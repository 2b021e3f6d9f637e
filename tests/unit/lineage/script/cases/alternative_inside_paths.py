import sys
from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "load_type", "source"])
glueContext = GlueContext(SparkContext())
spark = glueContext.spark_session

folder = "s3://raw/full/" if args["load_type"] == "full" else "s3://raw/changes/"
rows = glueContext.create_dynamic_frame.from_options(
    connection_type="s3", connection_options={"paths": [folder], "recurse": True}, format="json"
)
rows.toDF().write.parquet("s3://clean/rows/")
