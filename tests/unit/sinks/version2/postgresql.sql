CREATE TABLE databases (
    key TEXT NOT NULL, 
    source TEXT NOT NULL, 
    region TEXT NOT NULL, 
    catalog_id TEXT, 
    listing TEXT NOT NULL, 
    subject TEXT NOT NULL, 
    contents TEXT NOT NULL, 
    name TEXT NOT NULL, 
    description TEXT, 
    location TEXT, 
    created_at TIMESTAMP WITH TIME ZONE, 
    content_hash TEXT NOT NULL, 
    fingerprint TEXT, 
    run_id TEXT NOT NULL, 
    generation BIGINT NOT NULL, 
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    last_seen_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    deleted_at TIMESTAMP WITH TIME ZONE, 
    record JSONB NOT NULL, 
    PRIMARY KEY (key)
);

CREATE INDEX databases_live ON databases (source, listing, generation) WHERE deleted_at IS NULL;

CREATE INDEX databases_deleted ON databases (source, contents, generation) WHERE deleted_at IS NOT NULL;

CREATE TABLE glueline_schema (
    version SERIAL NOT NULL, 
    PRIMARY KEY (version)
);

CREATE TABLE jobs (
    key TEXT NOT NULL, 
    source TEXT NOT NULL, 
    region TEXT NOT NULL, 
    catalog_id TEXT, 
    listing TEXT NOT NULL, 
    subject TEXT NOT NULL, 
    contents TEXT NOT NULL, 
    name TEXT NOT NULL, 
    description TEXT, 
    role TEXT, 
    command_name TEXT, 
    job_mode TEXT NOT NULL, 
    language TEXT, 
    script_location TEXT, 
    glue_version TEXT, 
    worker_type TEXT, 
    number_of_workers BIGINT, 
    max_capacity FLOAT, 
    created_at TIMESTAMP WITH TIME ZONE, 
    updated_at TIMESTAMP WITH TIME ZONE, 
    inputs JSONB, 
    content_hash TEXT NOT NULL, 
    fingerprint TEXT, 
    run_id TEXT NOT NULL, 
    generation BIGINT NOT NULL, 
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    last_seen_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    deleted_at TIMESTAMP WITH TIME ZONE, 
    record JSONB NOT NULL, 
    PRIMARY KEY (key)
);

CREATE INDEX jobs_live ON jobs (source, listing, generation) WHERE deleted_at IS NULL;

CREATE INDEX jobs_deleted ON jobs (source, contents, generation) WHERE deleted_at IS NOT NULL;

CREATE TABLE lineage (
    key TEXT NOT NULL, 
    source TEXT NOT NULL, 
    region TEXT NOT NULL, 
    catalog_id TEXT, 
    listing TEXT NOT NULL, 
    subject TEXT NOT NULL, 
    process TEXT NOT NULL, 
    database_name TEXT, 
    upstream_namespace TEXT NOT NULL, 
    upstream_name TEXT NOT NULL, 
    downstream_namespace TEXT NOT NULL, 
    downstream_name TEXT NOT NULL, 
    origins JSONB NOT NULL, 
    content_hash TEXT NOT NULL, 
    fingerprint TEXT, 
    run_id TEXT NOT NULL, 
    generation BIGINT NOT NULL, 
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    last_seen_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    deleted_at TIMESTAMP WITH TIME ZONE, 
    record JSONB NOT NULL, 
    PRIMARY KEY (key)
);

CREATE INDEX lineage_fingerprint ON lineage (fingerprint);

CREATE INDEX lineage_upstream_name ON lineage USING hash (upstream_name);

CREATE INDEX lineage_downstream_name ON lineage USING hash (downstream_name);

CREATE INDEX lineage_live ON lineage (source, listing, generation) WHERE deleted_at IS NULL;

CREATE TABLE partition_summaries (
    key TEXT NOT NULL, 
    source TEXT NOT NULL, 
    region TEXT NOT NULL, 
    catalog_id TEXT, 
    listing TEXT NOT NULL, 
    subject TEXT NOT NULL, 
    database_name TEXT NOT NULL, 
    table_name TEXT NOT NULL, 
    partition_keys JSONB NOT NULL, 
    partition_count BIGINT NOT NULL, 
    content_hash TEXT NOT NULL, 
    fingerprint TEXT, 
    run_id TEXT NOT NULL, 
    generation BIGINT NOT NULL, 
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    last_seen_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    deleted_at TIMESTAMP WITH TIME ZONE, 
    record JSONB NOT NULL, 
    PRIMARY KEY (key)
);

CREATE INDEX partition_summaries_live ON partition_summaries (source, listing, generation) WHERE deleted_at IS NULL;

CREATE TABLE partitions (
    key TEXT NOT NULL, 
    source TEXT NOT NULL, 
    region TEXT NOT NULL, 
    catalog_id TEXT, 
    listing TEXT NOT NULL, 
    subject TEXT NOT NULL, 
    database_name TEXT NOT NULL, 
    table_name TEXT NOT NULL, 
    partition_values JSONB NOT NULL, 
    location TEXT, 
    created_at TIMESTAMP WITH TIME ZONE, 
    content_hash TEXT NOT NULL, 
    fingerprint TEXT, 
    run_id TEXT NOT NULL, 
    generation BIGINT NOT NULL, 
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    last_seen_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    deleted_at TIMESTAMP WITH TIME ZONE, 
    record JSONB NOT NULL, 
    PRIMARY KEY (key)
);

CREATE INDEX partitions_live ON partitions (source, listing, generation) WHERE deleted_at IS NULL;

CREATE TABLE runs (
    run_id TEXT NOT NULL, 
    source TEXT NOT NULL, 
    scope TEXT NOT NULL, 
    generation BIGINT NOT NULL, 
    state TEXT NOT NULL, 
    created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    finished_at TIMESTAMP WITH TIME ZONE, 
    deleted BIGINT, 
    request JSONB NOT NULL, 
    counts JSONB, 
    warnings JSONB, 
    failures JSONB, 
    PRIMARY KEY (run_id)
);

CREATE TABLE tables (
    key TEXT NOT NULL, 
    source TEXT NOT NULL, 
    region TEXT NOT NULL, 
    catalog_id TEXT, 
    listing TEXT NOT NULL, 
    subject TEXT NOT NULL, 
    contents TEXT NOT NULL, 
    database_name TEXT NOT NULL, 
    name TEXT NOT NULL, 
    description TEXT, 
    owner TEXT, 
    table_type TEXT, 
    format TEXT NOT NULL, 
    location TEXT, 
    column_count INTEGER NOT NULL, 
    created_at TIMESTAMP WITH TIME ZONE, 
    updated_at TIMESTAMP WITH TIME ZONE, 
    content_hash TEXT NOT NULL, 
    fingerprint TEXT, 
    run_id TEXT NOT NULL, 
    generation BIGINT NOT NULL, 
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    last_seen_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    deleted_at TIMESTAMP WITH TIME ZONE, 
    record JSONB NOT NULL, 
    PRIMARY KEY (key)
);

CREATE INDEX tables_deleted ON tables (source, contents, generation) WHERE deleted_at IS NOT NULL;

CREATE INDEX tables_live ON tables (source, listing, generation) WHERE deleted_at IS NULL;

CREATE INDEX tables_name ON tables USING hash (name);

CREATE VIEW columns AS
SELECT t.key AS table_key, t.source, t.database_name, t.name AS table_name,
       c.position,
       c.value ->> 'name' AS name,
       c.value ->> 'type' AS type,
       c.value ->> 'comment' AS comment,
       false AS is_partition_key
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
       true
FROM tables AS t
CROSS JOIN LATERAL jsonb_array_elements(t.record -> 'partition_keys')
           WITH ORDINALITY AS c (value, position)
WHERE t.deleted_at IS NULL;

CREATE VIEW column_lineage AS
SELECT l.key AS lineage_key, l.source, l.process,
       l.upstream_namespace, l.upstream_name,
       c.value ->> 'upstream' AS upstream_column,
       l.downstream_namespace, l.downstream_name,
       c.value ->> 'downstream' AS downstream_column,
       c.value ->> 'transformation' AS transformation
FROM lineage AS l
CROSS JOIN LATERAL jsonb_array_elements(l.record -> 'columns') AS c (value)
WHERE l.deleted_at IS NULL;
