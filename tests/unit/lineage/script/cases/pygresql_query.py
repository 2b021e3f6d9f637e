from pg import DB

store = DB(dbname="shop", host=secret["host"], port=5439, user=secret["user"], passwd=secret["word"])
store.query("""
begin;
copy stage.baskets from 's3://till/baskets.csv' iam_role 'role' csv;
insert into sales.baskets select * from stage.baskets;
end;
""")
