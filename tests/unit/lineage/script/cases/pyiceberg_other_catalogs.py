import os
from pyiceberg.catalog import load_catalog
from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.table import StaticTable

tables = load_catalog(
    "s3t",
    **{
        "type": "rest",
        "uri": "https://glue.eu-west-1.amazonaws.com/iceberg",
        "warehouse": "111122223333:s3tablescatalog/bucket",
        "rest.sigv4-enabled": "true",
        "rest.signing-name": "glue",
        "rest.signing-region": "eu-west-1",
    },
)
polaris = load_catalog(
    name="polaris", uri="https://user:token@polaris.example.com/api", warehouse="wh", type="rest"
)
other = GlueCatalog("other", **{"glue.id": "444455556666", "glue.region": "us-east-1"})
database = os.environ["DATABASE"]
polaris.load_table("web.clicks").append(tables.load_table("web.clicks").scan().to_arrow())
other.load_table(f"{database}.clicks").append(polaris.load_table("web.visits").scan().to_arrow())
fixed = StaticTable.from_metadata("s3://ice/web/raw/metadata/v3.metadata.json")
tables.load_table("web.raw").upsert(fixed.scan().to_arrow(), join_cols=["id"])
