keys = ["src", "dst"]
vals = ["s3://i/z", "s3://o/z"]
conf = dict(zip(keys, vals))
spark.read.csv(conf["src"]).write.csv(conf["dst"])
args2 = dict(arg.split("=") for arg in sys.argv[1:])
spark.read.csv(args2["input"]).write.csv(args2["output"])
