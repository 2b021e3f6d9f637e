from lake.readers import load_current

current = load_current("stock")
current.createOrReplaceTempView("current_stock")
spark.sql("INSERT OVERWRITE shop.stock SELECT * FROM current_stock")
