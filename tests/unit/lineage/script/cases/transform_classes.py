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

a = glueContext.create_dynamic_frame.from_catalog(database="d", table_name="a")
b = glueContext.create_dynamic_frame.from_catalog(database="d", table_name="b")
r = ResolveChoice.apply(frame=a, choice="MATCH_CATALOG", database="other", table_name="lookup")
n = DropNullFields.apply(frame=r)
s = SelectFields.apply(frame=n, paths=["id", "name"])
t = RenameField.apply(frame=s, old_name="name", new_name="full_name")
u = DropFields.apply(frame=b, paths=["secret"])
j = Join.apply(frame1=t, frame2=u, keys1=["id"], keys2=["aid"])
f = Filter.apply(frame=j, f=lambda row: row["id"] > 3)
glueContext.write_dynamic_frame.from_options(frame=f, connection_type="s3", connection_options={"path": "s3://o/j"}, format="parquet")
