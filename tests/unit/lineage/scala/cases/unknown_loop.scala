val names = spark.catalog.listTables("raw").collect().map(_.name)
names.foreach(name => spark.table(s"raw.$name").write.parquet(s"s3://out/$name"))
//= glue:raw/{loop:name} -> s3://out/{loop:name}
