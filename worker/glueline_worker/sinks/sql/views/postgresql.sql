CREATE OR REPLACE VIEW columns AS
SELECT t.key AS table_key, t.source, t.database_name, t.name AS table_name,
       c.position,
       c.name,
       c.type,
       c.comment,
       false AS is_partition_key,
       t.region, t.catalog_id
FROM tables AS t
CROSS JOIN LATERAL ROWS FROM (
    json_to_recordset(t.record -> 'columns') AS (name text, type text, comment text)
) WITH ORDINALITY AS c (name, type, comment, position)
WHERE t.deleted_at IS NULL
UNION ALL
SELECT t.key, t.source, t.database_name, t.name,
       t.column_count + c.position,
       c.name,
       c.type,
       c.comment,
       true,
       t.region, t.catalog_id
FROM tables AS t
CROSS JOIN LATERAL ROWS FROM (
    json_to_recordset(t.record -> 'partition_keys') AS (name text, type text, comment text)
) WITH ORDINALITY AS c (name, type, comment, position)
WHERE t.deleted_at IS NULL;

CREATE OR REPLACE VIEW column_lineage AS
SELECT l.key AS lineage_key, l.source, l.process,
       l.upstream_namespace, l.upstream_name,
       c.upstream AS upstream_column,
       l.downstream_namespace, l.downstream_name,
       c.downstream AS downstream_column,
       c.transformation,
       l.region, l.catalog_id,
       c.line
FROM lineage AS l
CROSS JOIN LATERAL json_to_recordset(l.record -> 'columns')
           AS c (upstream text, downstream text, transformation text, line integer)
WHERE l.deleted_at IS NULL;

CREATE OR REPLACE VIEW indirect_column_lineage AS
SELECT l.key AS lineage_key, l.source, l.process,
       l.upstream_namespace, l.upstream_name,
       c.upstream AS upstream_column,
       l.downstream_namespace, l.downstream_name,
       c.downstream AS downstream_column,
       c.effect,
       l.region, l.catalog_id,
       c.line
FROM lineage AS l
CROSS JOIN LATERAL json_to_recordset(l.record -> 'indirect')
           AS c (upstream text, downstream text, effect text, line integer)
WHERE l.deleted_at IS NULL;
