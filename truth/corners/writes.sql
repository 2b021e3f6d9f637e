-- kind: inserts by position
INSERT INTO lab.flat SELECT name, email, segment FROM lab.customers;
INSERT OVERWRITE TABLE lab.flat SELECT * FROM lab.flat2;
INSERT INTO lab.flat2 TABLE lab.flat;
INSERT INTO lab.flat FROM lab.customers SELECT name, email, region;
WITH t AS (SELECT name, email, region FROM lab.customers) INSERT INTO lab.flat SELECT * FROM t;
INSERT INTO lab.flat WITH t AS (SELECT nick, region FROM lab2.customers) SELECT nick, region, upper(nick) FROM t;
INSERT INTO lab.flat (SELECT a, c, b FROM lab.flat2);
INSERT INTO lab.flat SELECT name, email, region FROM lab.customers UNION ALL SELECT status, currency, region FROM lab.orders;
INSERT INTO lab.daily SELECT order_date, sum(amount), count(*), region FROM lab.orders GROUP BY order_date, region;
INSERT INTO lab.flat VALUES ('a', 'b', 'c');
INSERT INTO lab.flat SELECT a.name, b.nick, a.region FROM lab.customers a JOIN lab2.customers b USING (customer_id);
INSERT INTO lab.mixedcase SELECT customer_id, name FROM lab.customers;

-- kind: inserts by name
INSERT INTO lab.flat (c, a) SELECT name, email FROM lab.customers;
INSERT INTO lab.flat2 BY NAME SELECT name AS a, email AS c FROM lab.customers;
INSERT OVERWRITE lab.flat (b, c, a) SELECT * FROM lab.flat2;
INSERT INTO lab.flat BY NAME SELECT * FROM lab.flat2;
INSERT INTO lab.odd_table (`order id`, `a.b`) SELECT order_id, status FROM lab.orders;

-- kind: partitions
INSERT INTO lab.parts PARTITION (day = '2', country) SELECT order_id, status, region FROM lab.orders;
INSERT OVERWRITE TABLE lab.parts PARTITION (day = '2', country = 'x') SELECT order_id, status FROM lab.orders;
INSERT INTO lab.parts SELECT order_id, status, order_date, region FROM lab.orders;
INSERT INTO lab.parts PARTITION (day, country) SELECT order_id, status, order_date, region FROM lab.orders;
INSERT INTO lab.parts (note, country, id, day) SELECT status, region, order_id, order_date FROM lab.orders;

-- kind: creates
CREATE TABLE lab.z AS SELECT order_id, amount * 2 AS d FROM lab.orders;
CREATE TABLE lab.z USING parquet PARTITIONED BY (region) AS SELECT order_id, region FROM lab.orders;
CREATE TABLE lab.z USING parquet AS WITH t AS (SELECT a FROM lab.flat) SELECT a, upper(a) FROM t;
CREATE OR REPLACE VIEW lab.z AS SELECT name, count(*) FROM lab.customers GROUP BY name;
CREATE VIEW lab.z (x, y) AS SELECT name, upper(email) FROM lab.customers;
CREATE VIEW lab.z AS SELECT * FROM lab.orders JOIN lab.returns USING (order_id);
CREATE VIEW IF NOT EXISTS lab.z COMMENT 'c' AS TABLE lab.flat;
CREATE TABLE IF NOT EXISTS lab.z COMMENT 'x' LOCATION '/tmp/z' AS SELECT c.* FROM lab.customers c;

-- kind: merges
MERGE INTO db.tgt t USING db.src s ON t.id = s.id WHEN MATCHED AND s.amount > 0 THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *;
MERGE INTO db.tgt t USING db.src s ON t.id = s.id WHEN MATCHED THEN UPDATE SET amount = t.amount + s.amount, name = upper(s.name);
MERGE INTO db.tgt USING (SELECT k AS id, label, val, ts FROM db.other) o ON tgt.id = o.id WHEN MATCHED THEN UPDATE SET name = o.label, amount = val WHEN NOT MATCHED THEN INSERT (id, name, amount, updated) VALUES (o.id, label, val, ts);
MERGE INTO db.tgt t USING db.src s ON t.id = s.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.name);
MERGE INTO db.tgt AS t USING (SELECT * FROM db.src) AS s ON t.id = s.id WHEN NOT MATCHED THEN INSERT *;
MERGE INTO db.tgt t USING db.src s ON t.id = s.id WHEN MATCHED THEN UPDATE SET updated = s.updated WHEN NOT MATCHED BY SOURCE THEN UPDATE SET amount = 0;
WITH s AS (SELECT id, max(name) AS name, sum(amount) AS amount, max(updated) AS updated FROM db.src GROUP BY id) MERGE INTO db.tgt t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *;
MERGE INTO db.tgt t USING db.src s ON t.id = s.id WHEN MATCHED AND s.name IS NULL THEN DELETE WHEN MATCHED THEN UPDATE SET t.amount = CASE WHEN s.amount > t.amount THEN s.amount ELSE t.amount END;
