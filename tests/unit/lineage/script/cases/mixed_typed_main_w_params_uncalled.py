def read_data(spark, path): return spark.read.csv(path)
def write_data(df, path): df.write.parquet(path)
def main(spark, input_path="s3://i/x", output_path="s3://o/x"):
    df = read_data(spark, input_path)
    write_data(df, output_path)
