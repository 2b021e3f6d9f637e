import pandas as pd
from deltalake import DeltaTable

changes = pd.read_parquet("s3://landing/changes/")
table = DeltaTable("s3://lake/users")
(
    table.merge(
        source=changes,
        predicate="t.id = s.id",
        source_alias="s",
        target_alias="t",
    )
    .when_matched_update_all()
    .when_not_matched_insert_all()
    .execute()
)
DeltaTable("s3://lake/visits").delete("day < '2020-01-01'")
print(table.version(), table.history(), table.schema())
