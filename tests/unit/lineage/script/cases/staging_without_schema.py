tolls = spark.read.parquet("s3://road/tolls")
tolls.write.format("io.github.spark_redshift_community.spark.redshift").option(
    "url", "jdbc:redshift://wh.abc.eu-west-1.redshift.amazonaws.com:5439/dwh"
).option("dbtable", "tolls_new").option(
    "postactions", "MERGE INTO public.tolls USING public.tolls_new ON tolls.id = tolls_new.id"
    " WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (tolls_new.id)"
).save()
