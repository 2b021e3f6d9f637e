from psycopg2.extras import execute_values
conn = psycopg2.connect(host="pg", database="app")
with conn.cursor() as cur:
    rows = [tuple(r) for r in spark.table("a.b").collect()]
    execute_values(cur, "INSERT INTO public.t (a, b) VALUES %s", rows)
