-- kind: table names and sources
TABLE lab.flat;
FROM lab.flat SELECT b, a;
FROM lab.customers;
SELECT order_id FROM IDENTIFIER('lab.orders');
SELECT IDENTIFIER('order_id') AS o FROM lab.orders;
SELECT order_id FROM IDENTIFIER('lab' || '.orders');
SELECT `lab`.`orders`.`order_id` FROM `lab`.`orders`;
SELECT spark_catalog.lab.orders.order_id FROM spark_catalog.lab.orders;
SELECT order_id, amount FROM lab.v_orders;
SELECT * FROM lab.orders TABLESAMPLE (10 PERCENT);
SELECT /*+ BROADCAST(c) */ o.order_id, c.name FROM lab.orders o JOIN lab.customers c USING (customer_id);
SELECT current_date() AS d, 1 AS one, NULL AS n, a FROM lab.flat;
SELECT a -- , b
, /* c */ c FROM lab.flat;
SELECT a FROM lab.flat WHERE b = ';' AND c = '--';
SELECT 'FROM lab.orders' AS t, "a" AS q, a FROM lab.flat;
SELECT a AS `x y`, b AS `from` FROM lab.flat;

-- kind: clauses
SELECT order_id FROM lab.orders WHERE status = 'x' ORDER BY amount LIMIT 10 OFFSET 2;
SELECT a FROM lab.flat DISTRIBUTE BY b SORT BY c;
SELECT a FROM lab.flat CLUSTER BY b;
SELECT region, sum(amount) AS s FROM lab.orders GROUP BY region ORDER BY sum(order_id);
SELECT ALL a FROM lab.flat;
SELECT a, b FROM lab.flat ORDER BY ALL;
FROM lab.flat SELECT a WHERE b = 'x';
SELECT a FROM lab.flat WHERE b LIKE ANY ('a%', 'b%') AND c NOT IN (SELECT b FROM lab.flat2);
SELECT name FROM lab.customers WHERE customer_id = (SELECT max(customer_id) FROM lab.orders);

-- kind: pipes
FROM lab.orders |> AS o |> JOIN lab.customers c ON o.customer_id = c.customer_id |> SELECT o.order_id, c.name;
FROM lab.orders |> WHERE amount > 1 |> SELECT order_id, amount * 2 AS d |> EXTEND d + 1 AS e;
FROM lab.orders |> AGGREGATE sum(amount) AS t, count(*) AS n GROUP BY region;
FROM lab.orders |> AGGREGATE sum(amount) GROUP BY upper(region) AS r |> SELECT r;
FROM lab.flat |> SET a = upper(b) |> DROP c;
FROM lab.flat |> SELECT a, b |> UNION ALL (SELECT name, email FROM lab.customers);
FROM lab.orders |> EXTEND row_number() OVER (PARTITION BY region ORDER BY amount) AS rn |> WHERE rn = 1 |> SELECT order_id, rn;
FROM lab.orders |> JOIN LATERAL explode(tags) AS t (tag) |> SELECT order_id, tag;
FROM lab.quarterly |> UNPIVOT (v FOR q IN (q1, q2)) |> SELECT id, v;
FROM lab.orders |> SELECT region, currency, amount |> PIVOT (sum(amount) FOR currency IN ('EUR' AS eur));
FROM lab.flat |> AS f |> EXTEND f.a AS x |> ORDER BY x |> LIMIT 3;
TABLE lab.flat |> SELECT b AS z;
SELECT a, b FROM lab.flat |> WHERE a = 'x' |> SET b = concat(a, b);
FROM lab.flat |> TABLESAMPLE (50 PERCENT) |> EXCEPT DISTINCT (TABLE lab.flat2);

-- kind: session
-- before: CREATE OR REPLACE TEMP VIEW tv AS SELECT name AS n, email FROM lab.customers
SELECT n, upper(email) AS e FROM tv;
-- before: CREATE OR REPLACE TEMP VIEW tv (x, y) AS SELECT name, email FROM lab.customers
SELECT y, x FROM tv;
-- before: DECLARE OR REPLACE VARIABLE factor INT DEFAULT 3
SELECT order_id, amount * factor AS v FROM lab.orders;
-- before: DECLARE OR REPLACE VARIABLE amount2 DOUBLE DEFAULT 1.5
SELECT order_id, amount * session.amount2 AS v FROM lab.orders;
-- before: CREATE TEMPORARY FUNCTION to_eur(a DECIMAL(12,2), c STRING) RETURNS DOUBLE RETURN a * (SELECT max(rate) FROM lab.fx WHERE fx.currency = c)
SELECT order_id, to_eur(amount, currency) AS eur FROM lab.orders;
-- before: CREATE TEMPORARY FUNCTION twice(x DOUBLE) RETURNS DOUBLE RETURN x * 2
SELECT twice(amount) AS t, twice(order_id) FROM lab.orders;
-- before: CREATE TEMPORARY FUNCTION of_customer(c BIGINT) RETURNS TABLE (oid BIGINT, amt DECIMAL(12,2)) RETURN SELECT order_id, amount FROM lab.orders WHERE customer_id = c
SELECT c.name, f.oid, f.amt FROM lab.customers c, LATERAL of_customer(c.customer_id) f;
-- before: CREATE TEMPORARY FUNCTION all_names() RETURNS TABLE (n STRING) RETURN SELECT name FROM lab.customers
SELECT n FROM all_names();
-- before: CREATE OR REPLACE TEMP VIEW a1 AS SELECT order_id, amount FROM lab.orders; CREATE OR REPLACE TEMP VIEW a2 AS SELECT order_id, amount * 2 AS x FROM a1
SELECT a1.amount, a2.x FROM a1 JOIN a2 USING (order_id);
-- before: USE lab
SELECT order_id FROM orders;
-- before: CACHE TABLE hot AS SELECT a, b FROM lab.flat
SELECT b FROM hot;

-- kind: lateral column aliases
SELECT amount AS x, x * 2 AS y, y + x AS z FROM lab.orders;
SELECT region, sum(amount) AS s, s / count(*) AS m FROM lab.orders GROUP BY region;
SELECT ship AS s, s.city AS c FROM lab.orders;
SELECT a AS b, b AS c FROM lab.flat;
SELECT upper(status) AS x, x || region AS region, region AS q FROM lab.orders;
