import sys
from awsglue.utils import getResolvedOptions
from deltalake import DeltaTable, write_deltalake
import deltalake as dl

args = getResolvedOptions(sys.argv, ["target"])
options = {"AWS_S3_LOCKING_PROVIDER": "dynamodb"}
orders = DeltaTable("s3://lake/orders", version=7, storage_options=options)
frame = orders.to_pandas(columns=["id"])
write_deltalake("s3://lake/orders_copy", frame, mode="overwrite", storage_options=options)
write_deltalake(table_or_uri=args["target"], data=orders.to_pyarrow_table(), mode="append")
customers = dl.DeltaTable.from_data_catalog(
    data_catalog=dl.DataCatalog.AWS, database_name="crm", table_name="customers"
)
dl.write_deltalake(dl.DeltaTable(table_uri="s3://lake/customers"), customers.to_pyarrow_dataset())
