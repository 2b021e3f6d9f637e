import pandas as pd
import pyarrow as pa
from pyiceberg.catalog import load_catalog
from pyiceberg.expressions import EqualTo

catalog = load_catalog("glue_catalog", type="glue", warehouse="s3://lake/warehouse")
orders = catalog.load_table("sales.orders")
recent = orders.scan(row_filter=EqualTo("day", "today"), selected_fields=("id", "amount"))
frame = recent.to_pandas()
mart = catalog.create_table_if_not_exists(("mart", "orders"), schema=orders.schema())
mart.append(pa.Table.from_pandas(frame))
stock = pd.read_csv("s3://landing/stock.csv")
catalog.load_table("glue_catalog.sales.stock").overwrite(df=pa.Table.from_pandas(stock))
with catalog.load_table(identifier="sales.log").transaction() as change:
    change.append(orders.scan().to_arrow())
catalog.load_table("sales.files").add_files(["s3://landing/a.parquet"])
