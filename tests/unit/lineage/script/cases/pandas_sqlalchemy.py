import pandas as pd
from sqlalchemy import create_engine
engine = create_engine("postgresql+psycopg2://user:secret@pg.host:5432/app")
df = pd.read_sql("select id, email from public.users", engine)
df.to_sql("users_copy", con=engine, schema="backup", if_exists="replace")
df.to_parquet("s3://lake/users.parquet")
