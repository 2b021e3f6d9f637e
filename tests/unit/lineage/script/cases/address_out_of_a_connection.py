from urllib.parse import urlparse

import psycopg2
from awsglue.context import GlueContext
from pyspark.context import SparkContext

glueContext = GlueContext(SparkContext.getOrCreate())
spark = glueContext.spark_session
conf = glueContext.extract_jdbc_conf(connection_name="inn")

# the host is in the connection: it is no name in the script
parts = urlparse(conf["fullUrl"].replace("jdbc:postgresql:", "http:"))
first = psycopg2.connect(host=parts.hostname, port=parts.port, database="inn", user="u")
host = conf["url"].split("//")[1].split(":")[0]
second = psycopg2.connect(host=host, port=5432, database="inn", user="u")
for login in [first, second]:
    cursor = login.cursor()
    cursor.execute("SELECT * FROM public.guests")
    spark.createDataFrame(cursor.fetchall()).write.mode("append").parquet("s3://inn/guests/")
