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

orders = glueContext.create_dynamic_frame.from_catalog(database="Sales", table_name="Orders", transformation_ctx="orders")
mapped = ApplyMapping.apply(frame=orders, mappings=[("id", "long", "order_id", "long"), ("total", "double", "amount", "decimal")], transformation_ctx="mapped")
glueContext.write_dynamic_frame.from_options(frame=mapped, connection_type="s3", connection_options={"path": "s3://lake/curated/orders/"}, format="parquet")
job.commit()
