from pyspark.conf import SparkConf
conf = SparkConf()
conf.setAll([("spark.sql.catalog.lake", "org.apache.iceberg.spark.SparkCatalog"), ("spark.sql.defaultCatalog", "lake")])
sc = SparkContext.getOrCreate(conf=conf)
spark = GlueContext(sc).spark_session
spark.sql("INSERT INTO lake.db.t SELECT id, v FROM lake.db.s")
spark.sql("MERGE INTO db.t2 USING db.s2 ON t2.id = s2.id WHEN MATCHED THEN UPDATE SET *")
