from pyspark.sql import SparkSession

spark = (
    SparkSession.builder.config("spark.sql.catalog.ice", "org.apache.iceberg.spark.SparkCatalog")
    .config("spark.sql.catalog.ice.type", "glue")
    .getOrCreate()
)
spark.sql(
    "CALL ice.system.create_changelog_view(table => 'trade.orders', changelog_view => 'new_orders')"
)
spark.sql("CALL ice.system.create_changelog_view('trade.fills')")
spark.sql("INSERT INTO ice.trade.log SELECT * FROM new_orders")
spark.sql("INSERT INTO ice.trade.fill_log SELECT * FROM fills_changes")
