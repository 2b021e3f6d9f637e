import polars as pl
from sqlalchemy import create_engine

engine = create_engine("postgresql://me:secret@pg.example.com:5432/shop")
orders = pl.read_database("SELECT id, amount FROM public.orders", connection=engine)
uri = f"mysql://{user}:{password}@my.example.com:3306/crm"
people = pl.read_database_uri(query="SELECT * FROM people", uri=uri)
orders.write_database("mart.orders", connection="postgresql://me:secret@pg.example.com:5432/shop")
people.write_parquet("s3://lake/people.parquet")
