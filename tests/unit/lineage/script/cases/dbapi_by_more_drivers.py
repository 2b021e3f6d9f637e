import adbc_driver_postgresql.dbapi as adbc
import jaydebeapi
import vertica_python
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
for login in [
    jaydebeapi.connect("com.ibm.Driver", "jdbc:db2://d:50000/crm", ["u", "p"]),
    adbc.connect("postgresql://u:p@a:5433/crm"),
    vertica_python.connect(host="v", port=5433, database="crm"),
]:
    cursor = login.cursor()
    cursor.execute("select * from sales.leads")
    spark.createDataFrame(cursor.fetchall()).write.mode("append").parquet("s3://out/leads/")
