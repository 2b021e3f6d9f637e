from awsglue.context import GlueContext
from pyspark.context import SparkContext

glueContext = GlueContext(SparkContext.getOrCreate())
spark = glueContext.spark_session
url = "jdbc:postgresql://inn-db:5432/inn"
login = {"user": "u", "password": "p"}

# the address is known, the table is not
stock = glueContext.create_dynamic_frame.from_options("postgresql", {"url": url, **login})
stock.toDF().write.parquet("s3://inn/stock/")
spark.read.format("jdbc").option("url", url).load().write.parquet("s3://inn/jdbc/")
by_name = {"useConnectionProperties": "true", "connectionName": "inn-mysql"}
glueContext.create_dynamic_frame.from_options("mysql", by_name).toDF().write.parquet("s3://inn/c/")

spark.read.jdbc(url=url, properties=login).write.parquet("s3://inn/read/")
spark.table("inn.bills").write.jdbc(url=url, properties=login)

# queries of system tables and of none are no data
seen = spark.read.jdbc(url, "(SELECT tablename FROM pg_catalog.pg_tables)", properties=login)
now = spark.read.format("jdbc").option("url", url).option("query", "SELECT now()").load()
seen.join(now).write.parquet("s3://inn/seen/")

# a query is in whatever option a connector has for it
leads = spark.read.format("com.vendor.crm").option("soql", "SELECT id, name FROM Lead").load()
leads.write.parquet("s3://inn/leads/")
people = spark.read.format("org.graph.Source").option("url", "bolt://g:7687")
people.option("query", "MATCH (p:Person) RETURN p").load().write.parquet("s3://inn/people/")
