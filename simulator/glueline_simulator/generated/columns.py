"""Generate columns with the mix of Hive types of real tables."""

from typing import Any

_POOL: tuple[tuple[str, str], ...] = (
    ("customer_id", "bigint"),
    ("status", "string"),
    ("amount", "decimal(18,4)"),
    ("created_at", "timestamp"),
    ("updated_at", "timestamp"),
    ("address", "struct<street:string,city:string,zip:string,geo:struct<lat:double,lon:double>>"),
    ("tags", "array<string>"),
    ("attributes", "map<string,string>"),
    ("quantity", "int"),
    ("is_active", "boolean"),
    ("country", "char(2)"),
    ("currency", "varchar(3)"),
    ("price", "double"),
    ("discount", "float"),
    ("lines", "array<struct<sku:string,quantity:int,price:decimal(10,2)>>"),
    ("birth_date", "date"),
    ("payload", "binary"),
    ("flags", "tinyint"),
    ("priority", "smallint"),
    ("metrics", "map<string,struct<value:double,unit:string>>"),
    ("email", "string"),
    ("channel", "string"),
    ("score", "decimal(5,2)"),
    ("history", "array<struct<at:timestamp,state:string,by:struct<id:bigint,name:string>>>"),
    ("region", "string"),
    ("source_file", "string"),
    ("batch_id", "bigint"),
    ("checksum", "string"),
    ("valid_from", "date"),
    ("valid_to", "date"),
    ("settings", "struct<theme:string,limits:map<string,int>,scopes:array<string>>"),
)
VARIANTS = 8


def generate_columns(count: int, variant: int) -> list[dict[str, Any]]:
    """Generate the columns of one variant of table; the first is always its key."""
    columns: list[dict[str, Any]] = [{"Name": "id", "Type": "bigint", "Comment": "surrogate key"}]
    for number in range(count - 1):
        turn, index = divmod(number + variant * 4, len(_POOL))
        name, hive_type = _POOL[index]
        column = {"Name": f"{name}_{turn}" if turn else name, "Type": hive_type}
        if number % 7 == variant % 7:
            column["Comment"] = f"{name.replace('_', ' ')} as delivered by the source"
        columns.append(column)
    return columns[:count]
