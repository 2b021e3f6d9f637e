db = "x"
t = "y"
try:
    try:
        df = spark.sql("select * from {db}.{t}".format(**locals()))
    except AnalysisException:
        df = spark.createDataFrame([], schema)
except:
    sys.exit(1)
df.write.csv("s3://o/l")
