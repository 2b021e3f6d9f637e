import click
from pyspark.sql import SparkSession


@click.command()
@click.option("-s", "--source-dir", required=True)
@click.option("--out", "target", default="s3://pots/out")
@click.argument("kiln")
@click.pass_context
def main(context, source_dir, target, kiln):
    spark = SparkSession.builder.getOrCreate()
    spark.read.parquet(f"{source_dir}/{kiln}").write.parquet(target)


if __name__ == "__main__":
    main(standalone_mode=False)
