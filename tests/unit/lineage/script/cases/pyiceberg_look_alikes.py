from ours import load_catalog

catalog = load_catalog("glue", type="glue")
catalog.load_table("sales.orders").append([1])
frame = catalog.load_table("sales.orders").scan().to_pandas()
