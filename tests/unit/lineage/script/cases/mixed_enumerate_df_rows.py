for i, row in enumerate(spark.table("cfg.jobs").collect()):
    spark.read.parquet(row.src).write.parquet(row["dst"])
for r in cfg_pdf.itertuples():
    spark.read.parquet(r.src).write.parquet(r.dst)
