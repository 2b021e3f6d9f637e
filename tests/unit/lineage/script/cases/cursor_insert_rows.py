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

import pymysql
conn = pymysql.connect(host="db", user="u", password="p", database="shop")
rows = spark.table("a.b").collect()
with conn.cursor() as cur:
    for r in rows:
        cur.execute("INSERT INTO target (id, v) VALUES (%s, %s)", (r.id, r.v))
