-- kind: generators
SELECT order_id, col FROM lab.orders LATERAL VIEW explode(tags) t;
SELECT order_id, t.tag FROM lab.orders LATERAL VIEW explode(tags) t AS tag;
SELECT order_id, t.key, t.value FROM lab.orders LATERAL VIEW explode(attrs) t;
SELECT order_id, k, v FROM lab.orders LATERAL VIEW OUTER explode(attrs) t AS k, v;
SELECT order_id, explode(tags) FROM lab.orders;
SELECT order_id, explode(attrs) FROM lab.orders;
SELECT order_id, explode(tags) AS tag FROM lab.orders;
SELECT order_id, posexplode(tags) FROM lab.orders;
SELECT order_id, posexplode(tags) AS (p, t) FROM lab.orders;
SELECT order_id, inline(items) FROM lab.orders;
SELECT order_id, i.sku, i.price * i.qty AS line FROM lab.orders LATERAL VIEW explode(items) t AS i;
SELECT order_id, sku, qty FROM lab.orders LATERAL VIEW inline(items) t AS sku, qty, price;
SELECT order_id, x.sku, y FROM lab.orders LATERAL VIEW explode(items) a AS x LATERAL VIEW explode(tags) b AS y;
SELECT name, w FROM lab.customers LATERAL VIEW explode(split(email, '@')) t AS w;
SELECT c0 AS a, c1 AS b FROM lab.customers LATERAL VIEW json_tuple(email, 'a', 'b') t;
SELECT j.a, j.b FROM lab.customers LATERAL VIEW json_tuple(email, 'x', 'y') j AS a, b;
SELECT order_id, e FROM lab.orders LATERAL VIEW explode(transform(items, i -> i.sku)) t AS e;
SELECT o.order_id, t.* FROM lab.orders o LATERAL VIEW posexplode(o.tags) t AS pos, tag;
SELECT tag, count(*) AS n FROM lab.orders LATERAL VIEW explode(tags) t AS tag GROUP BY tag;
SELECT s.k, s.v FROM lab.flat LATERAL VIEW explode(array(named_struct('k', a, 'v', b))) t AS s;
SELECT inline(array(struct(a AS x, b AS y), struct(b AS x, c AS y))) FROM lab.flat;
SELECT order_id, explode_outer(items) AS i FROM lab.orders;
SELECT explode(sequence(1, order_id)) AS n FROM lab.orders;
SELECT * FROM lab.returns LATERAL VIEW explode(split(reason, ' ')) w AS word;
SELECT a, col FROM lab.flat, explode(array(1, 2));
SELECT id, n FROM range(10) AS r (id) CROSS JOIN (SELECT name AS n FROM lab.customers);
SELECT x, name FROM VALUES (1, 'a'), (2, 'b') AS v (x, y) JOIN lab.customers ON x = customer_id;

-- kind: lambdas
SELECT order_id, filter(tags, t -> t != status) AS t FROM lab.orders;
SELECT transform(items, i -> i.price * amount) AS p FROM lab.orders;
SELECT aggregate(items, 0D, (acc, i) -> acc + i.qty) AS a FROM lab.orders;
SELECT exists(tags, t -> t = region) AS e, forall(items, i -> i.qty > 0) AS f FROM lab.orders;
SELECT transform(tags, (t, i) -> concat(t, i)) AS t, zip_with(tags, items, (a, b) -> struct(a, b.sku)) AS z FROM lab.orders;
SELECT map_filter(attrs, (k, v) -> k = currency) AS m, transform_values(attrs, (k, v) -> upper(v)) AS u FROM lab.orders;
SELECT array_sort(items, (a, b) -> a.qty - b.qty) AS s FROM lab.orders;
SELECT transform(tags, order_id -> upper(order_id)) AS t FROM lab.orders;
SELECT transform(items, x -> transform(tags, y -> concat(x.sku, y, status))) AS t FROM lab.orders;

-- kind: conditions
SELECT CASE WHEN status = 'new' THEN amount WHEN region = 'x' THEN order_id ELSE customer_id END AS v FROM lab.orders;
SELECT CASE status WHEN 'new' THEN region ELSE currency END AS v FROM lab.orders;
SELECT if(amount > 1, region, currency) AS v, nvl(status, region) AS w, nvl2(status, region, currency) AS x, nullif(status, region) AS y FROM lab.orders;
SELECT sum(CASE WHEN status = 'new' THEN amount ELSE 0 END) AS s FROM lab.orders;
SELECT decode(status, 'a', region, 'b', currency) AS d FROM lab.orders;
SELECT count(CASE WHEN status = 'new' THEN 1 END) AS n FROM lab.orders;
SELECT max(if(status = 'x', order_date, NULL)) AS d, sum(if(region = 'a', 1, 0)) AS n FROM lab.orders;
SELECT CASE WHEN EXISTS (SELECT 1 FROM lab.returns r WHERE r.order_id = o.order_id) THEN amount END AS v FROM lab.orders o;
SELECT coalesce(CASE WHEN name = 'a' THEN email END, region) AS v FROM lab.customers;
SELECT CASE WHEN rn = 1 THEN name END AS v FROM (SELECT name, row_number() OVER (ORDER BY created) AS rn FROM lab.customers);
SELECT iff FROM (SELECT a AS iff FROM lab.flat);
SELECT greatest(amount, order_id) AS g, least(amount, 1) AS l, ifnull(status, 'x') AS i, zeroifnull(amount) AS z FROM lab.orders;

-- kind: masking
SELECT md5(email) AS m, sha2(name, 256) AS s, hash(region, segment) AS h, xxhash64(customer_id) AS x, crc32(email) AS c, mask(name) AS k, sha1(upper(email)) AS u FROM lab.customers;
SELECT concat(md5(email), name) AS k, length(sha(email)) AS l FROM lab.customers;
SELECT count(DISTINCT md5(email)) AS n FROM lab.customers;
