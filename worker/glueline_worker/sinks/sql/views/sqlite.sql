CREATE VIEW columns AS
SELECT t.key AS table_key, t.source, t.database_name, t.name AS table_name,
       c.key + 1 AS position,
       json_extract(c.value, '$.name') AS name,
       json_extract(c.value, '$.type') AS type,
       json_extract(c.value, '$.comment') AS comment,
       0 AS is_partition_key,
       t.region, t.catalog_id
FROM tables AS t, json_each(t.record, '$.columns') AS c
WHERE t.deleted_at IS NULL
UNION ALL
SELECT t.key, t.source, t.database_name, t.name,
       t.column_count + c.key + 1,
       json_extract(c.value, '$.name'),
       json_extract(c.value, '$.type'),
       json_extract(c.value, '$.comment'),
       1,
       t.region, t.catalog_id
FROM tables AS t, json_each(t.record, '$.partition_keys') AS c
WHERE t.deleted_at IS NULL;

CREATE VIEW column_lineage AS
SELECT l.key AS lineage_key, l.source, l.process,
       l.upstream_namespace, l.upstream_name,
       json_extract(c.value, '$.upstream') AS upstream_column,
       l.downstream_namespace, l.downstream_name,
       json_extract(c.value, '$.downstream') AS downstream_column,
       json_extract(c.value, '$.transformation') AS transformation,
       l.region, l.catalog_id,
       json_extract(c.value, '$.line') AS line
FROM lineage AS l, json_each(l.record, '$.columns') AS c
WHERE l.deleted_at IS NULL;

CREATE VIEW indirect_column_lineage AS
SELECT l.key AS lineage_key, l.source, l.process,
       l.upstream_namespace, l.upstream_name,
       json_extract(c.value, '$.upstream') AS upstream_column,
       l.downstream_namespace, l.downstream_name,
       json_extract(c.value, '$.downstream') AS downstream_column,
       json_extract(c.value, '$.effect') AS effect,
       l.region, l.catalog_id,
       json_extract(c.value, '$.line') AS line
FROM lineage AS l, json_each(l.record, '$.indirect') AS c
WHERE l.deleted_at IS NULL;
