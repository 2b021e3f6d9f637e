import sys

import awswrangler
import awswrangler as wr
import pandas
from awsglue.utils import getResolvedOptions

args = getResolvedOptions(sys.argv, ["db"])
session = wr.Session()
seats = session.pandas.read_sql_athena(sql="select * from seats", database=args["db"])
session.pandas.to_parquet(dataframe=seats, database=args["db"], path="s3://cinema/seats/")
films = session.pandas.read_parquet(path="s3://raw/films/")
session.pandas.to_csv(films, "s3://cinema/films/", database="cinema", table="films")
login = session.redshift.generate_connection(database="dw", host="h", port=5439, user="u")
session.pandas.to_redshift(
    dataframe=films, path="s3://stage/", connection=login, schema="public", table="films"
)
awswrangler.pandas.to_csv(awswrangler.pandas.read_csv("s3://raw/halls.csv"), "s3://cinema/halls/")

# pandas itself
pandas.read_parquet("s3://raw/popcorn/").to_parquet("s3://cinema/popcorn/")
