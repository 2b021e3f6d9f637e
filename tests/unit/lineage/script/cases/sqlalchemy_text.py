from sqlalchemy import create_engine, text
engine = create_engine("mysql+pymysql://u:p@h:3306/app")
with engine.begin() as conn:
    conn.execute(text("INSERT INTO totals SELECT k, sum(v) FROM facts GROUP BY k"))
