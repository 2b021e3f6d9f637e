from pyspark.sql import SparkSession

spark = (
    SparkSession.builder.config("spark.sql.catalog.pol", "org.apache.iceberg.spark.SparkCatalog")
    .config("spark.sql.catalog.pol.type", "rest")
    .config("spark.sql.catalog.pol.uri", "https://polaris.example.com/api/catalog")
    .config("spark.sql.catalog.pol.warehouse", "prod")
    .config("spark.sql.catalog.files", "org.apache.iceberg.spark.SparkCatalog")
    .config("spark.sql.catalog.files.type", "hadoop")
    .config("spark.sql.catalog.files.warehouse", "s3://lake/warehouse")
    .config("spark.sql.catalog.old", "org.apache.iceberg.spark.SparkCatalog")
    .config("spark.sql.catalog.old.type", "hive")
    .config("spark.sql.catalog.old.uri", "thrift://metastore:9083")
    .getOrCreate()
)
spark.sql("INSERT INTO pol.sales.orders SELECT * FROM raw.orders")
spark.table("old.ref.countries").writeTo("files.ref.countries").append()
