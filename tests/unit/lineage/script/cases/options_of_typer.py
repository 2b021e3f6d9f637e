import typer
from pyspark.sql import SparkSession

app = typer.Typer()


@app.command()
def fire(source: str, target: str = typer.Option("s3://pots/fired", "--to"), part: str = "all"):
    spark = SparkSession.builder.getOrCreate()
    spark.read.parquet(source).write.parquet(f"{target}/{part}")


if __name__ == "__main__":
    app()
