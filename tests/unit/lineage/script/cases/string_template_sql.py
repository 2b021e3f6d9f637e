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

from string import Template
t = Template("INSERT INTO $db.out SELECT * FROM ${db}.src")
spark.sql(t.substitute(db="wh"))
spark.sql("insert into %(db)s.out2 select * from %(db)s.src2" % {"db": "wh"})
