-- kind: USING and NATURAL
SELECT customer_id, name FROM lab.orders RIGHT JOIN lab.customers USING (customer_id);
SELECT customer_id, name FROM lab.orders LEFT JOIN lab.customers USING (customer_id);
SELECT customer_id, name FROM lab.orders FULL JOIN lab.customers USING (customer_id);
SELECT * FROM lab.returns FULL OUTER JOIN lab.orders USING (order_id);
SELECT * FROM lab.returns RIGHT JOIN lab.v_orders USING (order_id);
SELECT * FROM lab.fx NATURAL JOIN (SELECT currency, order_id FROM lab.orders);
SELECT * FROM lab.fx NATURAL RIGHT JOIN (SELECT currency, order_id FROM lab.orders);
SELECT * FROM lab.fx NATURAL FULL JOIN (SELECT currency, order_id FROM lab.orders);
SELECT lab.orders.customer_id AS o, customers.customer_id AS c FROM lab.orders JOIN lab.customers USING (customer_id);
SELECT o.customer_id AS oc, c.customer_id AS cc, customer_id FROM lab.orders o RIGHT JOIN lab.customers c USING (customer_id);
SELECT c.*, o.amount FROM lab.orders o JOIN lab.customers c USING (customer_id, region);
SELECT * FROM lab.customers JOIN lab2.customers USING (customer_id);
SELECT order_id, r.reason, v.status FROM lab.orders o JOIN lab.returns r USING (order_id) JOIN lab.v_orders v USING (order_id);
SELECT order_id, reason FROM lab.orders LEFT JOIN lab.returns USING (order_id) RIGHT JOIN lab.v_orders USING (order_id);
SELECT * FROM lab.flat NATURAL LEFT JOIN lab.flat2;
SELECT f.a, g.a AS ga FROM lab.flat f NATURAL JOIN lab.flat2 g;
SELECT name, count(*) AS n FROM lab.orders JOIN lab.customers USING (customer_id) GROUP BY customer_id, name;
WITH x AS (SELECT * FROM lab.orders JOIN lab.returns USING (order_id)) SELECT order_id, refund, amount FROM x;

-- kind: semi and anti joins
SELECT * FROM lab.v_orders o LEFT SEMI JOIN lab.returns r ON o.order_id = r.order_id;
SELECT order_id FROM lab.orders LEFT ANTI JOIN lab.returns USING (order_id);
SELECT * FROM lab.customers c WHERE EXISTS (SELECT 1 FROM lab.orders o WHERE o.customer_id = c.customer_id);
SELECT name FROM lab.customers WHERE customer_id NOT IN (SELECT customer_id FROM lab.orders);
SELECT name FROM lab.customers SEMI JOIN lab.orders ON customers.customer_id = orders.customer_id;
SELECT * FROM lab.flat ANTI JOIN lab.flat2 ON flat.a = flat2.a;
SELECT name, customer_id IN (SELECT customer_id FROM lab.orders) AS has FROM lab.customers;

-- kind: joins
SELECT order_id, name FROM lab.orders o JOIN lab.customers c ON o.customer_id = c.customer_id;
SELECT o.order_id, c.name, p.title FROM lab.orders o JOIN lab.customers c ON o.customer_id = c.customer_id LEFT JOIN lab.products p ON p.sku = o.items[0].sku;
SELECT name, rate, amount FROM lab.orders o, lab.customers c, lab.fx f WHERE o.customer_id = c.customer_id AND o.currency = f.currency;
SELECT amount * rate AS eur FROM lab.orders JOIN lab.fx ON orders.currency = fx.currency AND orders.order_date = fx.day;
SELECT o.order_id, d.total FROM lab.orders o CROSS JOIN lab.daily d;
SELECT a.id, b.q1 FROM (lab.employees a JOIN lab.quarterly b ON a.id = b.id);
SELECT x.name FROM (SELECT c.name, o.amount FROM lab.customers c JOIN lab.orders o USING (customer_id)) x WHERE x.amount > 1;

-- kind: lateral joins
SELECT o.order_id, l.n FROM lab.orders o, LATERAL (SELECT max(c.name) AS n FROM lab.customers c WHERE c.customer_id = o.customer_id) l;
SELECT o.order_id, l.twice FROM lab.orders o JOIN LATERAL (SELECT o.amount * 2 AS twice) l;
SELECT o.order_id, l.* FROM lab.orders o LEFT JOIN LATERAL (SELECT r.reason, r.refund FROM lab.returns r WHERE r.order_id = o.order_id LIMIT 1) l ON TRUE;
SELECT order_id, t.sku FROM lab.orders, LATERAL explode(tags) AS t (sku);
SELECT c.name, l.m, l.g FROM lab.customers c, LATERAL (SELECT sum(amount) AS m, max(region) AS g FROM lab.orders o WHERE o.customer_id = c.customer_id) l;
SELECT order_id, i.sku, i.qty FROM lab.orders, LATERAL inline(items) AS i;

-- kind: subqueries
SELECT order_id, (SELECT max(rate) FROM lab.fx) AS r FROM lab.orders;
SELECT order_id, amount * (SELECT max(rate) FROM lab.fx f WHERE f.currency = o.currency) AS eur FROM lab.orders o;
SELECT name, (SELECT count(*) FROM lab.orders o WHERE o.customer_id = c.customer_id) AS n FROM lab.customers c;
SELECT * FROM (SELECT * FROM (SELECT a, b FROM lab.flat));
SELECT region, total FROM (SELECT region, sum(amount) AS total FROM lab.orders GROUP BY region) WHERE total > (SELECT avg(total) FROM lab.daily);
WITH a AS (SELECT * FROM lab.returns), b AS (SELECT order_id, refund * 2 AS r2 FROM a) SELECT a.reason, b.r2 FROM a JOIN b ON a.order_id = b.order_id;
WITH a AS (SELECT name FROM lab.customers) SELECT name FROM (WITH a AS (SELECT nick AS name FROM lab2.customers) SELECT name FROM a);
WITH a AS (WITH b AS (SELECT email AS e FROM lab.customers) SELECT e AS x FROM b) SELECT x FROM a;
WITH s AS (SELECT amount FROM lab.orders) SELECT (SELECT max(amount) FROM s) AS m, a FROM lab.flat;
SELECT o.order_id, exists(SELECT 1 FROM lab.returns r WHERE r.order_id = o.order_id) AS back FROM lab.orders o;

-- kind: recursion
WITH RECURSIVE r AS (SELECT id, name, 0 AS depth FROM lab.employees WHERE manager_id IS NULL UNION ALL SELECT e.id, e.name, r.depth + 1 FROM lab.employees e JOIN r ON e.manager_id = r.id) SELECT * FROM r;
WITH RECURSIVE r (node, boss) AS (SELECT id, manager_id FROM lab.employees UNION ALL SELECT r.node, e.manager_id FROM r JOIN lab.employees e ON e.id = r.boss) SELECT node, boss FROM r;
