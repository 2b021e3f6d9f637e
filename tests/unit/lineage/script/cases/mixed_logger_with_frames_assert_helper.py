def show_df(df, n):
    print(n)
    df.show()
    logger.info(f"{df.count()}")
a = spark.table("x.a"); b = spark.table("x.b")
show_df(a, "a"); show_df(b, "b")
validate(a, b)
a.write.saveAsTable("y.a")
