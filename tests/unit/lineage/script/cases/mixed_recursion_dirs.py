def walk(path, depth=0):
    if depth > 2:
        return
    spark.read.json(path).write.json(path.replace("in", "out"))
    walk(path + "/sub", depth + 1)
walk("s3://b/in")
