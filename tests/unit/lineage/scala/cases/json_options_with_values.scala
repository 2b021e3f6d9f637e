val bucket = "lake"
val folder = s"$bucket-folder"
val options = s"""{"path": "s3://$bucket/${folder.toUpperCase}/x", "partitionKeys": ["day"]}"""
val frame = glueContext.getSourceWithFormat("s3", JsonOptions(s"""{"paths": ["s3://$bucket/a", "s3://$bucket/b"]}"""), format = "json").getDynamicFrame()
glueContext.getSinkWithFormat("s3", JsonOptions(options), "ctx", "parquet").writeDynamicFrame(frame)
//= s3://lake/a -> s3://lake/LAKE-FOLDER/x
//= s3://lake/b -> s3://lake/LAKE-FOLDER/x
