-- kind: set operations
SELECT name FROM lab.customers UNION ALL SELECT nick FROM lab2.customers;
SELECT a, b FROM lab.flat UNION SELECT c, a FROM lab.flat2;
SELECT name AS n, region FROM lab.customers UNION ALL SELECT status, currency FROM lab.orders UNION ALL SELECT nick, region FROM lab2.customers;
SELECT customer_id FROM lab.orders EXCEPT SELECT customer_id FROM lab.customers;
SELECT customer_id FROM lab.orders INTERSECT SELECT customer_id FROM lab.customers;
SELECT a FROM lab.flat MINUS SELECT a FROM lab.flat2;
(SELECT a FROM lab.flat) UNION ALL (SELECT b FROM lab.flat EXCEPT SELECT c FROM lab.flat2);
SELECT * FROM lab.flat UNION ALL SELECT * FROM lab.flat2;
SELECT x FROM (SELECT a AS x FROM lab.flat UNION ALL SELECT name FROM lab.customers) ORDER BY x;
WITH u AS (SELECT a, b FROM lab.flat UNION ALL SELECT name, email FROM lab.customers) SELECT b, a FROM u;
TABLE lab.flat UNION ALL TABLE lab.flat2;
SELECT order_id, 'o' AS src FROM lab.orders UNION ALL SELECT customer_id, name FROM lab.customers;
SELECT struct(a, b) AS s FROM lab.flat UNION ALL SELECT struct(name, email) FROM lab.customers;

-- kind: grouping
SELECT region, status, sum(amount) AS s, grouping_id() AS g FROM lab.orders GROUP BY ROLLUP (region, status);
SELECT region, sum(amount) AS s FROM lab.orders GROUP BY CUBE (region);
SELECT region, status, count(*) AS n FROM lab.orders GROUP BY GROUPING SETS ((region), (status), ());
SELECT grouping(region) AS g, region FROM lab.orders GROUP BY ROLLUP (region);
SELECT region, sum(amount) FILTER (WHERE status = 'new') AS s FROM lab.orders GROUP BY ALL;
SELECT 1 + sum(amount) AS s, upper(region) FROM lab.orders GROUP BY upper(region);
SELECT region, max_by(status, amount) AS m, first(order_id) AS f, collect_set(currency) AS c FROM lab.orders GROUP BY region;
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) AS m, listagg(status, ',') WITHIN GROUP (ORDER BY region) AS l FROM lab.orders;
SELECT count_if(amount > 1) AS c, bool_or(status = 'a') AS b, any_value(region) AS v, mode(currency) AS m FROM lab.orders;
SELECT region, count(DISTINCT customer_id, status) AS n FROM lab.orders GROUP BY 1 HAVING sum(amount) > 10;
SELECT DISTINCT region, upper(status) AS s FROM lab.orders;
SELECT approx_percentile(amount, array(0.1, 0.9)) AS p, corr(amount, order_id) AS c, stddev(amount) AS d FROM lab.orders;
SELECT date_trunc('month', order_date) AS m, sum(amount) / count(*) AS mean FROM lab.orders GROUP BY m;

-- kind: windows
SELECT order_id, lag(amount) OVER w AS p, sum(amount) OVER w AS s FROM lab.orders WINDOW w AS (PARTITION BY region ORDER BY order_date);
SELECT order_id, rank() OVER (PARTITION BY customer_id ORDER BY amount DESC) AS r FROM lab.orders;
SELECT * FROM (SELECT order_id, amount, row_number() OVER (PARTITION BY customer_id ORDER BY order_date) AS rn FROM lab.orders) WHERE rn = 1;
SELECT order_id, amount FROM lab.orders QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY order_date DESC) = 1;
SELECT region, sum(sum(amount)) OVER (ORDER BY region) AS running FROM lab.orders GROUP BY region;
SELECT amount - avg(amount) OVER (PARTITION BY region) AS diff FROM lab.orders;
SELECT first_value(status) IGNORE NULLS OVER (PARTITION BY region ORDER BY order_date ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS f FROM lab.orders;
SELECT ntile(4) OVER (ORDER BY amount) AS q, nth_value(name, 2) OVER (PARTITION BY o.region ORDER BY amount) AS n FROM lab.orders o JOIN lab.customers c USING (customer_id);
SELECT count(*) OVER () AS n, lead(order_date, 1, created) OVER (PARTITION BY name ORDER BY order_id) AS nx FROM lab.orders JOIN lab.customers USING (customer_id);

-- kind: pivots
SELECT * FROM (SELECT customer_id, currency, amount FROM lab.orders) PIVOT (sum(amount) FOR currency IN ('EUR' AS eur, 'USD' AS usd));
SELECT * FROM (SELECT customer_id, currency, amount FROM lab.orders) PIVOT (sum(amount) AS s, count(amount) AS n FOR currency IN ('EUR', 'USD'));
SELECT * FROM (SELECT region, status, currency, amount FROM lab.orders) PIVOT (max(amount) FOR (status, currency) IN (('a', 'EUR') AS ae, ('b', 'USD') AS bu));
SELECT * FROM (SELECT region, status, order_id FROM lab.orders) PIVOT (max(order_id) FOR status IN ('a', 'b'));
SELECT a, region FROM (SELECT region, status, amount FROM lab.orders) PIVOT (sum(amount) AS x FOR status IN ('a' AS a, 'b' AS b)) p;
SELECT * FROM (SELECT sku, category, price FROM lab.products) PIVOT (avg(price) AS p, max(sku) AS m FOR category IN ('x' AS x));

-- kind: unpivots
SELECT * FROM lab.quarterly UNPIVOT (v FOR q IN (q1, q2));
SELECT id, q, v FROM lab.quarterly UNPIVOT INCLUDE NULLS (v FOR q IN (q1 AS first, q2 AS second, q3, q4));
SELECT * FROM lab.quarterly UNPIVOT ((a, b) FOR half IN ((q1, q2) AS h1, (q3, q4) AS h2));
SELECT u.id, u.v FROM lab.quarterly UNPIVOT (v FOR q IN (q1, q2, q3, q4)) AS u;
SELECT id, stack(2, 'q1', q1, 'q2', q2) AS (q, v) FROM lab.quarterly;
SELECT stack(2, q1, q2, q3, q4) FROM lab.quarterly;
SELECT id, t.q, t.v FROM lab.quarterly LATERAL VIEW stack(2, 'q1', q1, 'q2', q3) t AS q, v;
