CREATE TABLE databases (
	"key" TEXT NOT NULL, 
	source TEXT NOT NULL, 
	region TEXT NOT NULL, 
	catalog_id TEXT, 
	listing TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	contents TEXT NOT NULL, 
	name TEXT NOT NULL, 
	description TEXT, 
	location TEXT, 
	created_at TEXT, 
	content_hash TEXT NOT NULL, 
	fingerprint TEXT, 
	run_id TEXT NOT NULL, 
	generation BIGINT NOT NULL, 
	first_seen_at TEXT NOT NULL, 
	last_seen_at TEXT NOT NULL, 
	changed_at TEXT NOT NULL, 
	deleted_at TEXT, 
	record JSON NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "databases" VALUES('default/database/sales','default','eu-west-1','123456789012','databases','sales','database/sales','sales',NULL,NULL,NULL,'','ffffffff','00000000000000000000000000000001',1,'2026-11-29T23:27:32.116122Z','2026-11-29T23:27:32.116122Z','2026-11-29T23:27:32.116122Z',NULL,'{"kind":"database","source":"default","region":"eu-west-1","catalog_id":"123456789012","warnings":[],"content_hash":"","raw":null,"name":"sales","description":null,"location_uri":null,"parameters":{},"create_time":null,"target":null,"federated":null}');
INSERT INTO "databases" VALUES('default/database/us','default','us-east-1','123456789012','databases','us','database/us','us',NULL,NULL,NULL,'',NULL,'00000000000000000000000000000001',1,'2026-11-29T23:27:32.137952Z','2026-11-29T23:27:32.137952Z','2026-11-29T23:27:32.137952Z',NULL,'{"kind":"database","source":"default","region":"us-east-1","catalog_id":"123456789012","warnings":[],"content_hash":"","raw":null,"name":"us","description":null,"location_uri":null,"parameters":{},"create_time":null,"target":null,"federated":null}');
CREATE TABLE glueline_schema (
	version INTEGER NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "glueline_schema" VALUES(2);
CREATE TABLE jobs (
	"key" TEXT NOT NULL, 
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
	created_at TEXT, 
	updated_at TEXT, 
	inputs JSON, 
	content_hash TEXT NOT NULL, 
	fingerprint TEXT, 
	run_id TEXT NOT NULL, 
	generation BIGINT NOT NULL, 
	first_seen_at TEXT NOT NULL, 
	last_seen_at TEXT NOT NULL, 
	changed_at TEXT NOT NULL, 
	deleted_at TEXT, 
	record JSON NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "jobs" VALUES('default/job/load%20orders','default','eu-west-1','123456789012','jobs','load orders','job/load%20orders','load orders',NULL,NULL,NULL,'SCRIPT',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','','ffffffff','00000000000000000000000000000001',1,'2026-11-29T23:27:32.129162Z','2026-11-29T23:27:32.129162Z','2026-11-29T23:27:32.129162Z',NULL,'{"kind":"job","source":"default","region":"eu-west-1","catalog_id":"123456789012","warnings":[],"content_hash":"","raw":null,"name":"load orders","description":null,"role":null,"created_on":null,"last_modified_on":null,"command_name":null,"job_mode":"SCRIPT","language":null,"script_location":null,"glue_version":null,"worker_type":null,"number_of_workers":null,"max_capacity":null,"timeout":null,"max_retries":null,"execution_class":null,"default_arguments":{},"connections":[],"inputs":[],"outputs":[]}');
CREATE TABLE lineage (
	"key" TEXT NOT NULL, 
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
	origins JSON NOT NULL, 
	content_hash TEXT NOT NULL, 
	fingerprint TEXT, 
	run_id TEXT NOT NULL, 
	generation BIGINT NOT NULL, 
	first_seen_at TEXT NOT NULL, 
	last_seen_at TEXT NOT NULL, 
	changed_at TEXT NOT NULL, 
	deleted_at TEXT, 
	record JSON NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "lineage" VALUES('default/lineage/job%2Fload%2520orders/s3%3A%2F%2Flake%7Ca/s3%3A%2F%2Flake%7Cb','default','eu-west-1','123456789012','job/load%20orders','load orders','job/load%20orders',NULL,'s3://lake','a','s3://lake','b','["script"]','','ffffffff','00000000000000000000000000000001',1,'2026-11-29T23:27:32.132689Z','2026-11-29T23:27:32.132689Z','2026-11-29T23:27:32.132689Z',NULL,'{"kind":"lineage","source":"default","region":"eu-west-1","catalog_id":"123456789012","warnings":[],"content_hash":"","raw":null,"process":"job/load%20orders","upstream":{"namespace":"s3://lake","name":"a"},"downstream":{"namespace":"s3://lake","name":"b"},"origins":["script"],"columns":[{"upstream":"x","downstream":"y","transformation":"upper(x)"}]}');
CREATE TABLE partition_summaries (
	"key" TEXT NOT NULL, 
	source TEXT NOT NULL, 
	region TEXT NOT NULL, 
	catalog_id TEXT, 
	listing TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	database_name TEXT NOT NULL, 
	table_name TEXT NOT NULL, 
	partition_keys JSON NOT NULL, 
	partition_count BIGINT NOT NULL, 
	content_hash TEXT NOT NULL, 
	fingerprint TEXT, 
	run_id TEXT NOT NULL, 
	generation BIGINT NOT NULL, 
	first_seen_at TEXT NOT NULL, 
	last_seen_at TEXT NOT NULL, 
	changed_at TEXT NOT NULL, 
	deleted_at TEXT, 
	record JSON NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "partition_summaries" VALUES('default/partition_summary/sales/orders','default','eu-west-1','123456789012','partitions/sales/orders','orders','sales','orders','["day"]',1,'','ffffffff','00000000000000000000000000000001',1,'2026-11-29T23:27:32.126247Z','2026-11-29T23:27:32.126247Z','2026-11-29T23:27:32.126247Z',NULL,'{"kind":"partition_summary","source":"default","region":"eu-west-1","catalog_id":"123456789012","warnings":[],"content_hash":"","raw":null,"database_name":"sales","table_name":"orders","partition_keys":["day"],"count":1}');
CREATE TABLE partitions (
	"key" TEXT NOT NULL, 
	source TEXT NOT NULL, 
	region TEXT NOT NULL, 
	catalog_id TEXT, 
	listing TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	database_name TEXT NOT NULL, 
	table_name TEXT NOT NULL, 
	partition_values JSON NOT NULL, 
	location TEXT, 
	created_at TEXT, 
	content_hash TEXT NOT NULL, 
	fingerprint TEXT, 
	run_id TEXT NOT NULL, 
	generation BIGINT NOT NULL, 
	first_seen_at TEXT NOT NULL, 
	last_seen_at TEXT NOT NULL, 
	changed_at TEXT NOT NULL, 
	deleted_at TEXT, 
	record JSON NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "partitions" VALUES('default/partition/sales/orders/2024-05-01','default','eu-west-1','123456789012','partitions/sales/orders','orders','sales','orders','["2024-05-01"]',NULL,NULL,'','ffffffff','00000000000000000000000000000001',1,'2026-11-29T23:27:32.123446Z','2026-11-29T23:27:32.123446Z','2026-11-29T23:27:32.123446Z',NULL,'{"kind":"partition","source":"default","region":"eu-west-1","catalog_id":"123456789012","warnings":[],"content_hash":"","raw":null,"database_name":"sales","table_name":"orders","values":["2024-05-01"],"create_time":null,"last_access_time":null,"storage":null,"parameters":{}}');
CREATE TABLE runs (
	run_id TEXT NOT NULL, 
	source TEXT NOT NULL, 
	scope TEXT NOT NULL, 
	generation BIGINT NOT NULL, 
	state TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	finished_at TEXT, 
	deleted BIGINT, 
	request JSON NOT NULL, 
	counts JSON, 
	warnings JSON, 
	failures JSON, 
	PRIMARY KEY (run_id)
);
INSERT INTO "runs" VALUES('00000000000000000000000000000001','default','catalog',1,'succeeded','2024-05-01T12:00:00.000000Z','2024-05-01T13:00:00.000000Z',0,'{"schema_version":1,"kind":"request","source":"default","scope":{"kind":"catalog","include":["databases","jobs"]},"filters":{"databases":{"allow":[],"deny":[]},"tables":{"allow":[],"deny":[]},"jobs":{"allow":[],"deny":[]}},"options":{"partitions":"none","lineage":true,"raw":false,"max_deletion_share":1.0,"full":false},"idempotency_key":null}','{"tables":1}','[]','[]');
INSERT INTO "runs" VALUES('00000000000000000000000000000002','default','catalog',2,'succeeded','2024-05-01T12:00:00.000000Z','2024-05-01T13:00:00.000000Z',2,'{"schema_version":1,"kind":"request","source":"default","scope":{"kind":"catalog","include":["databases","jobs"]},"filters":{"databases":{"allow":[],"deny":[]},"tables":{"allow":[],"deny":[]},"jobs":{"allow":[],"deny":[]}},"options":{"partitions":"none","lineage":true,"raw":false,"max_deletion_share":1.0,"full":false},"idempotency_key":null}','{"tables":1}','[]','[]');
CREATE TABLE tables (
	"key" TEXT NOT NULL, 
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
	created_at TEXT, 
	updated_at TEXT, 
	content_hash TEXT NOT NULL, 
	fingerprint TEXT, 
	run_id TEXT NOT NULL, 
	generation BIGINT NOT NULL, 
	first_seen_at TEXT NOT NULL, 
	last_seen_at TEXT NOT NULL, 
	changed_at TEXT NOT NULL, 
	deleted_at TEXT, 
	record JSON NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "tables" VALUES('default/table/sales/orders','default','eu-west-1','123456789012','database/sales','orders','partitions/sales/orders','sales','orders',NULL,'finance',NULL,'hive','s3://lake/orders',2,NULL,'2024-05-01T12:00:00.000000Z','1',NULL,'00000000000000000000000000000002',2,'2026-11-29T23:27:32.119960Z','2026-11-29T23:27:32.151421Z','2026-11-29T23:27:32.119960Z',NULL,'{"kind":"table","source":"default","region":"eu-west-1","catalog_id":"123456789012","warnings":[],"content_hash":"1","raw":null,"database_name":"sales","name":"orders","description":null,"owner":"finance","table_type":null,"format":"hive","create_time":null,"update_time":"2024-05-01T12:00:00Z","last_access_time":null,"retention":null,"version_id":null,"is_registered_with_lake_formation":null,"columns":[{"name":"id","type":"bigint","data_type":{"kind":"primitive","name":"bigint","parameters":[]},"comment":"the order","parameters":{}},{"name":"price","type":"double","data_type":{"kind":"primitive","name":"double","parameters":[]},"comment":null,"parameters":{}}],"partition_keys":[{"name":"day","type":"date","data_type":{"kind":"primitive","name":"date","parameters":[]},"comment":null,"parameters":{}}],"storage":{"location":"s3://lake/orders","additional_locations":[],"input_format":null,"output_format":null,"compressed":false,"number_of_buckets":null,"serialization_library":null,"serde_parameters":{},"bucket_columns":[],"sort_columns":[],"parameters":{}},"parameters":{},"views":[],"target":null,"federated":null}');
INSERT INTO "tables" VALUES('default/table/sales/gone','default','eu-west-1','123456789012','database/sales','gone','partitions/sales/gone','sales','gone',NULL,NULL,NULL,'hive',NULL,0,NULL,NULL,'1',NULL,'00000000000000000000000000000002',2,'2026-11-29T23:27:32.135967Z','2026-11-29T23:27:32.135967Z','2026-11-29T23:27:32.135967Z','2024-05-01T13:00:00.000000Z','{"kind":"table","source":"default","region":"eu-west-1","catalog_id":"123456789012","warnings":[],"content_hash":"1","raw":null,"database_name":"sales","name":"gone","description":null,"owner":null,"table_type":null,"format":"hive","create_time":null,"update_time":null,"last_access_time":null,"retention":null,"version_id":null,"is_registered_with_lake_formation":null,"columns":[],"partition_keys":[],"storage":null,"parameters":{},"views":[],"target":null,"federated":null}');
INSERT INTO "tables" VALUES('default/table/sales/nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn~0b0f665b46b070486e2c57611cfa1284d2adb6dab27a59567273bea9c879fbbc','default','eu-west-1','123456789012','database/sales','nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn','partitions/sales/nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn~e2e99894a7dc7640a743182813189077379c9a29ef38321a7f500234ca94ebe4','sales','nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn',NULL,NULL,NULL,'hive',NULL,0,NULL,NULL,'1',NULL,'00000000000000000000000000000002',2,'2026-11-29T23:27:32.135967Z','2026-11-29T23:27:32.151421Z','2026-11-29T23:27:32.135967Z',NULL,'{"kind":"table","source":"default","region":"eu-west-1","catalog_id":"123456789012","warnings":[],"content_hash":"1","raw":null,"database_name":"sales","name":"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn","description":null,"owner":null,"table_type":null,"format":"hive","create_time":null,"update_time":null,"last_access_time":null,"retention":null,"version_id":null,"is_registered_with_lake_formation":null,"columns":[],"partition_keys":[],"storage":null,"parameters":{},"views":[],"target":null,"federated":null}');
INSERT INTO "tables" VALUES('default/table/sales/unknown','default','eu-west-1',NULL,'database/sales','unknown','partitions/sales/unknown','sales','unknown',NULL,NULL,NULL,'hive',NULL,0,NULL,NULL,'1',NULL,'00000000000000000000000000000001',1,'2026-11-29T23:27:32.137952Z','2026-11-29T23:27:32.137952Z','2026-11-29T23:27:32.137952Z',NULL,'{"kind":"table","source":"default","region":"eu-west-1","catalog_id":null,"warnings":[],"content_hash":"1","raw":null,"database_name":"sales","name":"unknown","description":null,"owner":null,"table_type":null,"format":"hive","create_time":null,"update_time":null,"last_access_time":null,"retention":null,"version_id":null,"is_registered_with_lake_formation":null,"columns":[],"partition_keys":[],"storage":null,"parameters":{},"views":[],"target":null,"federated":null}');
CREATE INDEX databases_live ON databases (source, listing, generation) WHERE deleted_at IS NULL;
CREATE INDEX databases_deleted ON databases (source, contents, generation) WHERE deleted_at IS NOT NULL;
CREATE INDEX tables_deleted ON tables (source, contents, generation) WHERE deleted_at IS NOT NULL;
CREATE INDEX tables_live ON tables (source, listing, generation) WHERE deleted_at IS NULL;
CREATE INDEX tables_name ON tables (name);
CREATE INDEX partitions_live ON partitions (source, listing, generation) WHERE deleted_at IS NULL;
CREATE INDEX partition_summaries_live ON partition_summaries (source, listing, generation) WHERE deleted_at IS NULL;
CREATE INDEX jobs_live ON jobs (source, listing, generation) WHERE deleted_at IS NULL;
CREATE INDEX jobs_deleted ON jobs (source, contents, generation) WHERE deleted_at IS NOT NULL;
CREATE INDEX lineage_fingerprint ON lineage (fingerprint);
CREATE INDEX lineage_upstream_name ON lineage (upstream_name);
CREATE INDEX lineage_downstream_name ON lineage (downstream_name);
CREATE INDEX lineage_live ON lineage (source, listing, generation) WHERE deleted_at IS NULL;
CREATE VIEW columns AS
SELECT t.key AS table_key, t.source, t.database_name, t.name AS table_name,
       c.key + 1 AS position,
       json_extract(c.value, '$.name') AS name,
       json_extract(c.value, '$.type') AS type,
       json_extract(c.value, '$.comment') AS comment,
       0 AS is_partition_key
FROM tables AS t, json_each(t.record, '$.columns') AS c
WHERE t.deleted_at IS NULL
UNION ALL
SELECT t.key, t.source, t.database_name, t.name,
       t.column_count + c.key + 1,
       json_extract(c.value, '$.name'),
       json_extract(c.value, '$.type'),
       json_extract(c.value, '$.comment'),
       1
FROM tables AS t, json_each(t.record, '$.partition_keys') AS c
WHERE t.deleted_at IS NULL;
CREATE VIEW column_lineage AS
SELECT l.key AS lineage_key, l.source, l.process,
       l.upstream_namespace, l.upstream_name,
       json_extract(c.value, '$.upstream') AS upstream_column,
       l.downstream_namespace, l.downstream_name,
       json_extract(c.value, '$.downstream') AS downstream_column,
       json_extract(c.value, '$.transformation') AS transformation
FROM lineage AS l, json_each(l.record, '$.columns') AS c
WHERE l.deleted_at IS NULL;
