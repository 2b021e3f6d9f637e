CREATE OR REPLACE VIEW columns AS
SELECT t.key AS table_key, t.source, t.database_name, t.name AS table_name,
       c.position,
       c.value ->> 'name' AS name,
       c.value ->> 'type' AS type,
       c.value ->> 'comment' AS comment,
       false AS is_partition_key,
       t.region, t.catalog_id
FROM tables AS t
CROSS JOIN LATERAL jsonb_array_elements(t.record -> 'columns')
           WITH ORDINALITY AS c (value, position)
WHERE t.deleted_at IS NULL
UNION ALL
SELECT t.key, t.source, t.database_name, t.name,
       t.column_count + c.position,
       c.value ->> 'name',
       c.value ->> 'type',
       c.value ->> 'comment',
       true,
       t.region, t.catalog_id
FROM tables AS t
CROSS JOIN LATERAL jsonb_array_elements(t.record -> 'partition_keys')
           WITH ORDINALITY AS c (value, position)
WHERE t.deleted_at IS NULL;

CREATE OR REPLACE VIEW column_lineage AS
SELECT l.key AS lineage_key, l.source, l.process,
       l.upstream_namespace, l.upstream_name,
       c.value ->> 'upstream' AS upstream_column,
       l.downstream_namespace, l.downstream_name,
       c.value ->> 'downstream' AS downstream_column,
       c.value ->> 'transformation' AS transformation,
       l.region, l.catalog_id,
       (c.value ->> 'line')::integer AS line
FROM lineage AS l
CROSS JOIN LATERAL jsonb_array_elements(l.record -> 'columns') AS c (value)
WHERE l.deleted_at IS NULL;

CREATE OR REPLACE VIEW indirect_column_lineage AS
SELECT l.key AS lineage_key, l.source, l.process,
       l.upstream_namespace, l.upstream_name,
       c.value ->> 'upstream' AS upstream_column,
       l.downstream_namespace, l.downstream_name,
       c.value ->> 'downstream' AS downstream_column,
       c.value ->> 'effect' AS effect,
       l.region, l.catalog_id,
       (c.value ->> 'line')::integer AS line
FROM lineage AS l
CROSS JOIN LATERAL jsonb_array_elements(l.record -> 'indirect') AS c (value)
WHERE l.deleted_at IS NULL;
