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

import sys
print "starting"
try:
    d = glueContext.create_dynamic_frame.from_catalog(database="d", table_name="t")
except Exception, e:
    print e
    raise
print "rows", d.count()
glueContext.write_dynamic_frame.from_options(frame=d, connection_type="s3", connection_options={"path": "s3://o/p2"}, format="csv")
