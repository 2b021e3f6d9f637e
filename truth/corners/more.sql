-- kind: hard names
SELECT count(*) FILTER (WHERE amount > 1), sum(amount) FILTER (WHERE status = 'a') FROM lab.orders;
SELECT amount BETWEEN 1 AND 2, status IS NULL, NOT (amount > 1), amount % 2, amount DIV 2 FROM lab.orders;
SELECT a = b, a <=> b, a <> b, a AND b IS NOT NULL FROM (SELECT a, b FROM lab.flat) WHERE FALSE;
SELECT a || b || c, a LIKE '%x' ESCAPE '/', a RLIKE 'x', a IN ('p') FROM lab.flat;
SELECT CAST(order_date AS TIMESTAMP), DATE '2020-01-01' < order_date, order_date - 1 FROM lab.orders;
SELECT (amount), ((order_id)), (amount + 1) * 2 FROM lab.orders;
SELECT rank() OVER (PARTITION BY region ORDER BY amount), dense_rank() OVER (ORDER BY amount DESC NULLS LAST) FROM lab.orders;
SELECT array(a, b), map('k', a), named_struct('x', a), struct(a), struct(a AS y) FROM lab.flat;
SELECT `order id` + 1, `a.b` || 'x', upper(`Größe`) FROM lab.odd_table;
SELECT lower(CustomerName), max(ORDERID) FROM lab.mixedcase GROUP BY customername;
SELECT tags[0], tags[order_id], attrs[status], size(tags), cardinality(tags) FROM lab.orders;
SELECT sum(amount) + 1, sum(amount) / count(*), round(avg(amount), 2) FROM lab.orders;
SELECT first(status), last(status, true), any_value(region) FROM lab.orders;
SELECT current_date, a FROM lab.flat;
SELECT 1, 'x', NULL, a FROM lab.flat;
SELECT -order_id, +amount, ~customer_id, !(amount > 1) FROM lab.orders;
SELECT trim(BOTH 'x' FROM a), substr(a FROM 2 FOR 3), overlay(a PLACING 'x' FROM 1) FROM lab.flat;
SELECT a:b FROM (SELECT parse_json(a) AS a FROM lab.flat);
SELECT timestampadd(DAY, 1, order_date), datediff(DAY, order_date, current_date()) FROM lab.orders;
SELECT try_cast(a AS INT), a::int, string(a), int(b), double(c) FROM lab.flat;
SELECT interval 1 day, order_date FROM lab.orders;
SELECT transform(tags, t -> upper(t)), filter(tags, t -> t > 'a'), aggregate(items, 0, (s, i) -> s + i.qty) FROM lab.orders;

-- kind: hard joins
SELECT * FROM lab.customers c JOIN lab.orders o USING (customer_id, region) LEFT JOIN lab.returns r USING (order_id);
SELECT c.*, o.* FROM lab.customers c RIGHT JOIN lab.orders o USING (customer_id);
SELECT o.* EXCEPT (region), customer_id FROM lab.customers c FULL JOIN lab.orders o USING (customer_id);
SELECT x.customer_id, region FROM (SELECT * FROM lab.customers FULL JOIN lab2.customers USING (customer_id, region)) x;
SELECT customer_id AS k FROM lab.customers RIGHT JOIN lab2.customers USING (customer_id) WHERE customer_id > 1 ORDER BY customer_id;
SELECT count(customer_id) AS n, max(customers.customer_id) AS m FROM lab.orders LEFT JOIN lab.customers USING (customer_id);
SELECT * FROM (lab.customers JOIN lab.orders USING (customer_id)) JOIN lab.returns USING (order_id);
SELECT a.id, b.id AS bid, c.id AS cid FROM lab.employees a JOIN lab.employees b ON a.manager_id = b.id JOIN lab.employees c ON b.manager_id = c.id;
SELECT * EXCEPT (a) FROM lab.flat NATURAL JOIN lab.flat2;
SELECT o.order_id, r.* FROM lab.orders o LEFT JOIN (SELECT order_id AS oid, * FROM lab.returns) r ON o.order_id = r.oid;
SELECT f.*, g.b AS gb FROM lab.flat f, lab.flat2 g WHERE f.a = g.a;
SELECT name FROM lab.customers LEFT SEMI JOIN lab.orders USING (customer_id, region);

-- kind: hard subqueries
SELECT (SELECT named_struct('n', max(name), 'e', max(email)) FROM lab.customers).n AS n, a FROM lab.flat;
SELECT o.order_id, (SELECT c.name FROM lab.customers c WHERE c.customer_id = o.customer_id LIMIT 1) || status AS label FROM lab.orders o;
SELECT (SELECT max(a) FROM (SELECT b AS a FROM lab.flat)) AS m, c FROM lab.flat2;
WITH x AS (SELECT a FROM lab.flat), y AS (SELECT (SELECT max(a) FROM x) AS m, b FROM lab.flat2) SELECT m, b FROM y;
SELECT name FROM lab.customers WHERE (customer_id, region) IN (SELECT customer_id, region FROM lab.orders);
SELECT region, sum(amount) AS s FROM lab.orders GROUP BY region HAVING sum(amount) > (SELECT avg(total) FROM lab.daily);
WITH t AS (SELECT * FROM lab.orders) SELECT t.*, r.reason FROM t LEFT JOIN lab.returns r ON t.order_id = r.order_id;
WITH t AS (SELECT region, amount FROM lab.orders), t2 AS (SELECT region, sum(amount) AS t FROM t GROUP BY region) SELECT t2.t, t2.region FROM t2;
SELECT * FROM (VALUES (1, 'x')) AS v (k, l) JOIN lab.flat ON v.l = flat.a;
WITH a (x) AS (SELECT name FROM lab.customers UNION ALL SELECT nick FROM lab2.customers), b AS (SELECT x, count(*) AS n FROM a GROUP BY x) SELECT a.x, b.n FROM a JOIN b USING (x);
SELECT max(s.v) AS v FROM (SELECT explode(tags) AS v FROM lab.orders) s;

-- kind: hard structs
SELECT s.* EXCEPT (n) FROM (SELECT struct(name AS n, email AS e, region) AS s FROM lab.customers);
SELECT t.s.n, u.s.e FROM (SELECT struct(name AS n) AS s FROM lab.customers) t JOIN (SELECT struct(email AS e) AS s FROM lab.customers) u;
SELECT x.i.sku FROM (SELECT explode(items) AS i FROM lab.orders) x;
SELECT col.sku, col.qty * 2 AS q FROM (SELECT explode(items) FROM lab.orders);
SELECT pos, col.price FROM (SELECT posexplode(items) FROM lab.orders);
SELECT element_at(transform(items, i -> struct(i.sku AS s, region AS r)), 1).r AS r FROM lab.orders;
SELECT coalesce(s, named_struct('n', 'x', 'e', 'y')).n AS n FROM (SELECT named_struct('n', name, 'e', email) AS s FROM lab.customers);
SELECT CASE WHEN a = 'x' THEN named_struct('k', b, 'l', c) END.l AS l FROM lab.flat;
SELECT s.geo.lat, s.city FROM (SELECT ship AS s FROM lab.orders);
SELECT arrays_zip(tags, items.sku) AS z, map_from_arrays(tags, items.sku) AS m FROM lab.orders;
SELECT from_json(status, 'x INT, y STRING').y AS y, to_json(ship) AS j FROM lab.orders;
SELECT flatten(collect_list(items)) AS all_items, array_agg(ship.city) AS cities FROM lab.orders;
SELECT v.a.b FROM (SELECT struct(struct(name AS b) AS a) AS v FROM lab.customers);
SELECT inline(arrays_zip(tags, tags)) FROM lab.orders;

-- kind: hard pivots
SELECT p.eur, p.region FROM (SELECT region, currency, amount FROM lab.orders) PIVOT (sum(amount) FOR currency IN ('EUR' AS eur)) AS p;
SELECT * FROM lab.fx PIVOT (max(rate) FOR currency IN ('EUR', 'USD'));
WITH t AS (SELECT region, currency, amount, order_id FROM lab.orders) SELECT * FROM t PIVOT (sum(amount) AS a, count(order_id) FOR currency IN ('EUR' AS e, 'USD' AS u));
SELECT * FROM (SELECT region, currency AS c, amount FROM lab.orders) PIVOT (sum(amount * 2) AS d FOR c IN ('EUR'));
SELECT q, max(v) AS m FROM lab.quarterly UNPIVOT (v FOR q IN (q1, q2, q3, q4)) GROUP BY q;
SELECT * FROM (SELECT id, q1 AS a, q2 AS b FROM lab.quarterly) UNPIVOT EXCLUDE NULLS (val FOR nm IN (a AS x, b AS y));

-- kind: hard sets
SELECT a FROM lab.flat UNION ALL SELECT b FROM lab.flat2 EXCEPT SELECT c FROM lab.flat;
SELECT * FROM (SELECT a, b FROM lab.flat UNION ALL SELECT b, a FROM lab.flat) u JOIN lab.fx ON u.a = fx.currency;
(SELECT a, b FROM lab.flat ORDER BY a LIMIT 1) UNION (SELECT name, email FROM lab.customers);
SELECT struct(a AS x).x AS y FROM lab.flat UNION SELECT upper(name) FROM lab.customers;
WITH u AS (SELECT 'a' AS k, name AS v FROM lab.customers UNION ALL SELECT 'b', nick FROM lab2.customers) SELECT max(CASE WHEN k = 'a' THEN v END) AS a FROM u;
VALUES (1, 2) UNION ALL SELECT q1, q2 FROM lab.quarterly;
SELECT a FROM lab.flat INTERSECT ALL SELECT a FROM lab.flat2 UNION ALL SELECT name FROM lab.customers;

-- kind: hard writes
INSERT INTO lab.flat (a, b, c) VALUES ('x', 'y', 'z');
INSERT INTO TABLE lab.flat SELECT c.name AS b, c.email AS a, 'x' FROM lab.customers AS c;
INSERT INTO lab.daily (day, region, total, n) SELECT order_date, region, sum(amount) AS n, count(*) AS total FROM lab.orders GROUP BY ALL;
INSERT OVERWRITE lab.flat SELECT * FROM (SELECT name, max(email), count(*) FROM lab.customers GROUP BY name);
INSERT INTO lab.flat SELECT s.* FROM (SELECT struct(name, email, region) AS s FROM lab.customers);
INSERT INTO lab.flat SELECT x.a, y.b, coalesce(x.c, y.c) FROM lab.flat2 x FULL JOIN lab.flat2 y USING (a);
INSERT INTO lab.quarterly SELECT * FROM (SELECT id, salary, manager_id FROM lab.employees) PIVOT (max(salary) FOR manager_id IN (1, 2, 3, 4));
CREATE TABLE lab.z AS SELECT * FROM lab.customers LEFT JOIN lab.orders USING (customer_id, region);
CREATE VIEW lab.z (k COMMENT 'the key', n) AS SELECT customer_id, upper(name) FROM lab.customers;
CREATE TABLE lab.z AS SELECT ship.*, explode(tags) FROM lab.orders;
MERGE INTO db.tgt t USING (SELECT id, name, sum(amount) AS amount FROM db.src GROUP BY id, name) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET t.amount = s.amount, t.name = concat(t.name, s.name) WHEN NOT MATCHED THEN INSERT (t.id, t.amount) VALUES (s.id, coalesce(s.amount, 0));
MERGE INTO db.tgt t USING db.other o ON t.id = o.k WHEN MATCHED AND o.val > 1 THEN UPDATE SET name = label WHEN MATCHED THEN UPDATE SET amount = o.val WHEN NOT MATCHED AND o.label IS NOT NULL THEN INSERT (id, updated) VALUES (k, ts);
