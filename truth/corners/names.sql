-- kind: implicit names
SELECT region, sum(amount), upper(status) FROM lab.orders GROUP BY region, status;
SELECT count(1), count(*), count(order_id) FROM lab.orders;
SELECT amount * 2, amount + order_id, -amount FROM lab.orders;
SELECT max(order_date), min(order_date), avg(amount) FROM lab.orders;
SELECT cast(amount AS STRING), order_id::STRING, try_cast(status AS INT) FROM lab.orders;
SELECT ship.city, ship.geo.lat, items.sku, items[0].price, attrs['colour'] FROM lab.orders;
SELECT CASE WHEN status = 'new' THEN amount ELSE 0 END FROM lab.orders;
SELECT coalesce(email, name), concat(name, '-', region) FROM lab.customers;
SELECT `order id`, `a.b`, `select`, `Größe` FROM lab.odd_table;
SELECT OrderId, upper(CustomerName) FROM lab.mixedcase;
SELECT orderid, CUSTOMERNAME AS n FROM lab.mixedcase;
SELECT date_trunc('month', order_date), year(order_date), date_add(order_date, 1) FROM lab.orders;
SELECT name || '-' || region, length(name) > 3, name LIKE 'a%', name IN ('a', 'b') FROM lab.customers;
SELECT count(DISTINCT customer_id), sum(DISTINCT amount) FROM lab.orders;
SELECT extract(year FROM order_date), order_date + INTERVAL 1 DAY FROM lab.orders;
SELECT substring(name, 1, 3), trim(name), position('a' IN name) FROM lab.customers;
SELECT sum(amount) OVER (PARTITION BY region), row_number() OVER (ORDER BY order_id) FROM lab.orders;

-- kind: aliases
SELECT status AS region, region AS r2 FROM lab.orders;
SELECT amount AS a, amount AS b FROM lab.orders;
SELECT o.amount total, o.region r FROM lab.orders o;
SELECT amount * 2 AS d, d + 1 AS e, e * order_id AS f FROM lab.orders;
SELECT region AS amount, amount AS a FROM lab.orders;
SELECT status AS s, count(*) AS n FROM lab.orders GROUP BY s HAVING n > 1 ORDER BY n;
SELECT a.x, a.y FROM (SELECT order_id, amount FROM lab.orders) AS a (x, y);
SELECT x, y FROM lab.flat AS t (x, y, z);
WITH t (p, q) AS (SELECT name, email FROM lab.customers) SELECT q, p FROM t;
SELECT lower(name) AS name, name AS raw FROM lab.customers;

-- kind: stars
SELECT * FROM lab.customers;
SELECT o.*, c.name FROM lab.returns o JOIN lab.customers c ON o.order_id = c.customer_id;
SELECT * EXCEPT (email, created) FROM lab.customers;
SELECT c.* EXCEPT (email), upper(c.email) AS email FROM lab.customers c;
SELECT *, amount * 2 AS twice FROM lab.returns JOIN db.src ON order_id = id;
SELECT order_id, ship.* FROM lab.orders;
SELECT order_id, ship.geo.* FROM lab.orders;
SELECT o.ship.* FROM lab.orders o;
SELECT struct(*) AS row_ FROM lab.returns;
SELECT count(*) AS n, max(struct(r.*)) AS last FROM lab.returns r;
SELECT to_json(struct(c.*)) AS j FROM lab.customers c;
SELECT concat_ws(',', *) AS line FROM lab.flat;
SELECT coalesce(*) AS one FROM lab.flat;
SELECT t.s.* FROM (SELECT struct(name AS n, email AS e) AS s FROM lab.customers) t;
SELECT s.* FROM (SELECT named_struct('x', a, 'y', b) AS s FROM lab.flat);
SELECT * FROM lab.flat CROSS JOIN lab.fx;
SELECT lab.flat.* FROM lab.flat;
SELECT array(*) AS l FROM lab.flat;
SELECT ship.* EXCEPT (zip) FROM lab.orders;
SELECT * EXCEPT (ship.zip, items, attrs, tags) FROM lab.orders;

-- kind: structs
SELECT ship.city AS c FROM lab.orders AS ship;
SELECT s.a AS a FROM (SELECT struct(order_id AS a, amount AS b) AS s FROM lab.orders);
SELECT s.b.x AS z FROM (SELECT named_struct('a', name, 'b', named_struct('x', email)) AS s FROM lab.customers);
SELECT s[0].b AS q FROM (SELECT collect_list(struct(order_id AS a, amount AS b)) AS s FROM lab.orders);
SELECT items.sku AS skus, items[0].qty AS q, attrs['a'] AS v, attrs.colour AS w FROM lab.orders;
SELECT named_struct('k', a, 'v', b).v AS v FROM lab.flat;
SELECT max(struct(amount, status)).status AS s FROM lab.orders;
SELECT max(named_struct('a', amount, 's', status)).s AS s FROM lab.orders;
SELECT x.city FROM (SELECT ship AS x FROM lab.orders);
SELECT ship AS where_, ship.geo AS g FROM lab.orders;
SELECT element_at(items, 1).sku AS s, map_keys(attrs) AS k FROM lab.orders;
SELECT struct(a, b) AS s, (a, c) AS t FROM lab.flat;
SELECT orders.ship.city, lab.orders.ship.zip FROM lab.orders;
SELECT m['k'].a AS a FROM (SELECT map('k', struct(name AS a, email AS b)) AS m FROM lab.customers);

-- kind: same names
SELECT lab.customers.name, lab2.customers.nick FROM lab.customers JOIN lab2.customers ON lab.customers.customer_id = lab2.customers.customer_id;
SELECT a.region AS r1, b.region AS r2 FROM lab.customers a JOIN lab2.customers b ON a.customer_id = b.customer_id;
SELECT a.name, b.name AS boss FROM lab.employees a LEFT JOIN lab.employees b ON a.manager_id = b.id;
WITH orders AS (SELECT name AS order_id FROM lab.customers) SELECT order_id FROM orders;
WITH customers AS (SELECT nick AS name FROM lab2.customers) SELECT customers.name, c.name AS n2 FROM customers, lab.customers c;
SELECT orders.region, customers.region AS cr FROM lab.orders, lab.customers WHERE orders.customer_id = customers.customer_id;
SELECT t.name FROM lab.customers t, (SELECT region FROM lab.orders) s WHERE t.region = s.region;
