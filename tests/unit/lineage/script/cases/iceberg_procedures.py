from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
spark.sql("CALL ice.system.add_files(table => 'bees.hives', source_table => '`parquet`.`s3://bees/raw`')")
spark.sql("CALL ice.system.snapshot('bees.old', 'bees.copy')")
spark.sql("CALL ice.system.register_table(table => 'bees.moved', metadata_file => 's3://bees/moved/metadata/v3.json')")
spark.sql("CALL ice.system.expire_snapshots('bees.hives')")
spark.table("bees.wax").write.parquet("s3://bees/moved/data")
