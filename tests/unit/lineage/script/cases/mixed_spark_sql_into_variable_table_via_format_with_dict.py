params = {"db": "d1", "tbl": "t1", "cond": "1=1"}
query = """
   select * -- all
   from {db}.{tbl} as x
   where {cond} and name not in ('from fake.table')
"""
spark.sql(query.format(**params)).write.csv("s3://o/q")
