for tbl in ["a", "b"]:
    vw = f"vw_{tbl}"
    spark.read.parquet(f"s3://i/{tbl}").createOrReplaceTempView(vw)
spark.sql(f"""
select * from vw_a
left join vw_b using (id)
where not exists (select 1 from lake.done d where d.id = vw_a.id)
""").write.insertInto("lake.done")
