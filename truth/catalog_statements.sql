-- Tables and views of every kind that Spark writes. A line with a semicolon ends a statement.
CREATE TABLE db1.base (OrderId BIGINT, CustomerId BIGINT, Amount DECIMAL(12,2), Region STRING, Tags ARRAY<STRING>, Ship STRUCT<City: STRING, Zip: STRING>) USING parquet
;
CREATE TABLE db1.cust (CustomerId BIGINT, Name STRING, Region STRING) USING parquet
;
CREATE TABLE db1.t_numbers (a TINYINT, b SMALLINT, c INT, d BIGINT, e FLOAT, f DOUBLE, g DECIMAL, h DECIMAL(38,18), i BOOLEAN, j BINARY) USING parquet
;
CREATE TABLE db1.t_times (a DATE, b TIMESTAMP, c TIMESTAMP_NTZ, d TIMESTAMP_LTZ) USING parquet
;
CREATE TABLE db1.t_intervals (a INTERVAL YEAR, b INTERVAL YEAR TO MONTH, c INTERVAL DAY TO SECOND, d INTERVAL HOUR TO MINUTE, e INTERVAL SECOND) USING parquet
;
CREATE TABLE db1.t_chars (a CHAR(3), b VARCHAR(10), c STRUCT<x: VARCHAR(4), y: CHAR(2)>, d ARRAY<CHAR(5)>, e MAP<VARCHAR(3), CHAR(1)>) USING parquet
;
CREATE TABLE db1.t_chars_hive (a CHAR(3), b VARCHAR(10), c STRUCT<x: VARCHAR(4)>) STORED AS ORC
;
CREATE TABLE db1.t_variant (id INT, v VARIANT, s STRUCT<w: VARIANT>) USING parquet
;
CREATE TABLE db1.t_void (id INT, n VOID) USING parquet
;
CREATE TABLE db1.t_void_json (id INT, n VOID, s STRUCT<x: VOID>) USING json
;
CREATE TABLE db1.t_collate (id INT, a STRING COLLATE UTF8_LCASE, b STRING COLLATE UNICODE_CI, arr ARRAY<STRING COLLATE UTF8_LCASE>, s STRUCT<x: STRING COLLATE UNICODE, y: INT>, m MAP<STRING, STRING COLLATE UTF8_LCASE>) USING parquet
;
CREATE TABLE db1.t_collate_deep (a ARRAY<MAP<STRING, ARRAY<STRING COLLATE DE_CI_AI>>>, b MAP<STRING, STRUCT<c: ARRAY<STRING COLLATE EN_CI>, d: STRING>>, `o.dd` STRING COLLATE UTF8_LCASE, r STRING COLLATE UNICODE_RTRIM) USING parquet
;
CREATE TABLE db1.t_collate_hive (A STRING COLLATE UTF8_LCASE, p STRING) STORED AS PARQUET
;
CREATE TABLE db1.t_collate_default (id INT, a STRING, b VARCHAR(3)) USING parquet DEFAULT COLLATION UTF8_LCASE
;
CREATE TABLE db1.t_collate_part (id INT, A STRING COLLATE UNICODE_CI, P STRING) USING parquet PARTITIONED BY (P)
;
CREATE TABLE db1.t_collate_char (a CHAR(3) COLLATE UTF8_LCASE, b VARCHAR(4) COLLATE UNICODE_CI) USING parquet
;
CREATE TABLE db1.t_geo (id INT, g GEOMETRY(4326), h GEOGRAPHY(4326)) USING parquet
;
CREATE TABLE db1.t_geo_deep (a ARRAY<GEOMETRY(3857)>, s STRUCT<p: GEOMETRY(0), q: GEOGRAPHY(4326)>) USING parquet
;
CREATE TABLE db1.t_geo_other (g GEOMETRY(3857), z GEOMETRY(0), w GEOMETRY(4269)) USING parquet
;
CREATE TABLE db1.t_mixedcase (OrderId BIGINT, customerName STRING, `Weird Name` INT) USING parquet
;
CREATE TABLE db1.t_mixedcase_hive (OrderId BIGINT, CustomerName STRING) PARTITIONED BY (RegionCode STRING) STORED AS PARQUET
;
CREATE TABLE db1.t_mixed_nested (Id INT, Ship STRUCT<City: STRING, ZipCode: STRUCT<Main: INT, Ext: INT>>, Lines ARRAY<STRUCT<Sku: STRING, Qty: INT>>) USING orc
;
CREATE TABLE db1.t_mixed_nested_hive (Id INT, Ship STRUCT<City: STRING, ZipCode: INT>) STORED AS PARQUET
;
CREATE TABLE db1.t_odd_names (`a b` INT, `c-d` STRING, `e.f` INT, `ünï` INT, `g``h` INT, `1st` INT, `select` INT) USING parquet
;
CREATE TABLE db1.t_odd_nested (s STRUCT<`a b`: INT, `c-d`: STRING, `e.f`: INT, `g``h`: INT, `x:y`: INT, `1st`: INT, `ünï`: INT>) USING parquet
;
CREATE TABLE db1.t_comma_names (id INT, `a,b` INT) USING json
;
CREATE TABLE db1.t_nested_comments (s STRUCT<a: INT COMMENT 'the a', b: STRUCT<c: STRING COMMENT 'it''s c'>> COMMENT 'all of s', l ARRAY<STRUCT<d: INT COMMENT 'd'>>) USING parquet
;
CREATE TABLE db1.t_nested_comments_ntz (s STRUCT<a: TIMESTAMP_NTZ COMMENT 'the a', b: INT>) USING parquet
;
CREATE TABLE db1.t_nested_not_null (id INT NOT NULL, s STRUCT<a: INT NOT NULL, b: STRING> NOT NULL, l ARRAY<INT> NOT NULL) USING parquet
;
CREATE TABLE db1.t_not_null_hive (Id INT NOT NULL, b STRING) STORED AS PARQUET
;
CREATE TABLE db1.t_comments (id INT COMMENT 'key', b STRING COMMENT '') USING parquet COMMENT 'the table''s comment'
;
CREATE TABLE db1.t_comments_hive (Id INT COMMENT 'key', b STRING) COMMENT 'of hive' PARTITIONED BY (Day DATE COMMENT 'of order') STORED AS ORC
;
CREATE TABLE db1.t_defaults (id INT DEFAULT 7, b STRING DEFAULT 'x''y', c TIMESTAMP DEFAULT current_timestamp(), d INT) USING parquet
;
CREATE TABLE db1.t_defaults_not_null (Id INT NOT NULL DEFAULT 1 COMMENT 'key', b DECIMAL(5,2) DEFAULT 1.50) USING csv
;
CREATE TABLE db1.t_bucket (id INT, Name STRING, day DATE) USING parquet CLUSTERED BY (id, Name) SORTED BY (Name) INTO 4 BUCKETS
;
CREATE TABLE db1.t_bucket_unsorted (Id INT, v STRING) USING orc CLUSTERED BY (Id) INTO 16 BUCKETS
;
CREATE TABLE db1.t_bucket_hive (Id INT, Name STRING) CLUSTERED BY (Id) SORTED BY (Name ASC) INTO 8 BUCKETS STORED AS PARQUET
;
CREATE TABLE db1.t_bucket_part (Id INT, Name STRING, Day DATE) USING parquet PARTITIONED BY (Day) CLUSTERED BY (Id) SORTED BY (Name, Id) INTO 3 BUCKETS
;
CREATE TABLE db1.t_cluster (Id INT, Region STRING, s STRUCT<a: INT, `b c`: INT>) USING parquet CLUSTER BY (Region, s.a)
;
CREATE TABLE db1.t_cluster_one (Id INT) USING orc CLUSTER BY (Id)
;
CREATE TABLE db1.t_csv (a INT, b STRING) USING csv OPTIONS (header 'true', delimiter ';')
;
CREATE TABLE db1.t_json (a INT, B STRUCT<x: INT>) USING json
;
CREATE TABLE db1.t_text (value STRING) USING text
;
CREATE TABLE db1.t_text_part (value STRING, p INT) USING text PARTITIONED BY (p)
;
CREATE TABLE db1.t_orc (a INT, b MAP<STRING, INT>) USING orc
;
CREATE TABLE db1.t_hive_text (a INT, b STRING) ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
;
CREATE TABLE db1.t_hive_sequence (a INT, B STRING) STORED AS SEQUENCEFILE
;
CREATE TABLE db1.t_hive_rc (a INT, B STRING) STORED AS RCFILE
;
CREATE TABLE db1.t_hive_avro (a INT, b STRING) STORED AS AVRO
;
CREATE TABLE db1.t_hive_opencsv (a INT, b DOUBLE, c STRING) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' STORED AS TEXTFILE
;
CREATE TABLE db1.t_using_hive (A INT, b STRING) USING hive OPTIONS (fileFormat 'parquet')
;
CREATE TABLE db1.t_external (Id INT) USING parquet LOCATION '/tmp/glueline_truth_external'
;
CREATE EXTERNAL TABLE db1.t_external_hive (Id INT) PARTITIONED BY (P INT) STORED AS PARQUET LOCATION '/tmp/glueline_truth_external_hive'
;
CREATE TABLE db1.t_part (Id INT, Day DATE, Hour INT, v STRING) USING parquet PARTITIONED BY (Day, Hour)
;
CREATE TABLE db1.t_part_first (Day DATE, Id INT) USING json PARTITIONED BY (Day)
;
CREATE TABLE db1.t_part_ntz (Id INT, At TIMESTAMP_NTZ, Day STRING) USING parquet PARTITIONED BY (Day)
;
CREATE TABLE db1.t_part_ntz_key (Id INT, At TIMESTAMP_NTZ) USING parquet PARTITIONED BY (At)
;
CREATE TABLE db1.t_part_untyped PARTITIONED BY (p) AS SELECT 1 AS Id, 'a' AS p
;
CREATE TABLE db1.t_ctas USING parquet AS SELECT CustomerId AS Cust, sum(Amount) AS Total, count(*) FROM db1.base GROUP BY 1
;
CREATE TABLE db1.t_ctas_hive STORED AS PARQUET AS SELECT OrderId, named_struct('A', 1, 'b', array(1)) AS S FROM db1.base
;
CREATE TABLE db1.t_altered (Id INT, b STRING) USING parquet
;
ALTER TABLE db1.t_altered ADD COLUMNS (NewCol TIMESTAMP COMMENT 'later', d INT)
;
ALTER TABLE db1.t_altered ALTER COLUMN b COMMENT 'said later'
;
CREATE TABLE db1.t_altered_hive (Id INT, b STRING) PARTITIONED BY (P STRING) STORED AS PARQUET
;
ALTER TABLE db1.t_altered_hive ADD COLUMNS (NewCol INT)
;
CREATE TABLE db1.t_properties (id INT) USING parquet TBLPROPERTIES ('owner.team' = 'sales', 'a' = 'b')
;
CREATE TABLE db1.t_wide USING parquet AS SELECT * FROM (SELECT 1 AS Id) LATERAL VIEW OUTER inline(array(struct(1 AS C1, 2 AS C2, 3 AS C3, 4 AS C4))) x
;
CREATE TABLE db1.t_long_struct (s STRUCT<F1: STRING, F2: STRING, F3: STRING, F4: STRING, F5: STRING, F6: STRING, F7: STRING, F8: STRING, F9: STRING, F10: STRING, F11: STRING, F12: STRING, F13: STRING, F14: STRING, F15: STRING, F16: STRING, F17: STRING, F18: STRING, F19: STRING, F20: STRING, F21: STRING, F22: STRING, F23: STRING, F24: STRING, F25: STRING, F26: STRING, F27: STRING, F28: STRING>) USING parquet
;
CREATE TABLE db1.t_like LIKE db1.t_bucket
;
CREATE TABLE db1.t_like_using LIKE db1.t_mixedcase_hive USING orc
;
CREATE TABLE db1.t_dummy (dummy STRING) USING parquet
;
CREATE TABLE db1.t_col (col ARRAY<STRING>) USING parquet
;
CREATE TABLE db1.t_map_struct (m MAP<STRING, STRUCT<A: ARRAY<STRUCT<B: DECIMAL(5,1)>>, C: DATE>>) USING parquet
;
CREATE TABLE db1.t_ntz_nested (a ARRAY<TIMESTAMP_NTZ>, b STRUCT<X: TIMESTAMP_NTZ>, c MAP<STRING, TIMESTAMP_NTZ>) USING parquet
;
CREATE VIEW db1.v_star AS SELECT * FROM db1.cust
;
CREATE VIEW db1.v_named (Key COMMENT 'the key', Label) COMMENT 'a view' AS SELECT CustomerId, Name FROM db1.cust
;
CREATE VIEW db1.v_binding WITH SCHEMA BINDING AS SELECT * FROM db1.cust
;
CREATE VIEW db1.v_evolution WITH SCHEMA EVOLUTION AS SELECT * FROM db1.cust
;
CREATE VIEW db1.v_type_evolution WITH SCHEMA TYPE EVOLUTION AS SELECT * FROM db1.cust
;
CREATE VIEW db1.v_collate AS SELECT Name COLLATE UNICODE_CI AS N, array(Name COLLATE UTF8_LCASE) AS L FROM db1.cust
;
CREATE VIEW db1.v_collate_default DEFAULT COLLATION UTF8_LCASE AS SELECT 'a' AS A, Name FROM db1.cust
;
CREATE VIEW db1.v_types AS SELECT CAST('2020-01-01' AS TIMESTAMP_NTZ) AS At, INTERVAL '1' DAY AS D, INTERVAL '1-2' YEAR TO MONTH AS Y, NULL AS Nothing, parse_json('1') AS V
;
CREATE VIEW db1.v_nested AS SELECT Ship, named_struct('x y', 1, 'Z', 2) AS S, map('a', Ship) AS M FROM db1.base
;
CREATE VIEW db1.v_chars AS SELECT a, b FROM db1.t_chars
;
CREATE VIEW db1.v_odd AS SELECT 1 AS `a b`, 2 AS `c.d`, count(*) AS N FROM db1.base
;
CREATE VIEW db1.v_properties TBLPROPERTIES ('a' = 'b') AS SELECT 1 AS A
;
CREATE VIEW db1.v_comment COMMENT 'Presto View' AS SELECT 1 AS A
;
CREATE VIEW db1.v_altered AS SELECT Name FROM db1.cust
;
ALTER VIEW db1.v_altered AS SELECT CustomerId, Region FROM db1.cust
;
CREATE VIEW db1.v_metrics WITH METRICS LANGUAGE YAML AS $$
version: 0.1
source: db1.base
dimensions:
  - name: region
    expr: Region
measures:
  - name: total
    expr: sum(Amount)
$$
;
CREATE VIEW db1.v_metrics_where WITH METRICS LANGUAGE YAML AS $$
version: "0.1"
source: db1.base
filter: Amount > 0 AND Region <> 'x' # trailing
dimensions:
  - name: Customer Key
    expr: "CustomerId"
  - name: city
    expr: Ship.City
measures:
  - name: orders
    expr: count(1)
  - name: average
    expr: >-
      sum(Amount)
      / count(DISTINCT OrderId)
$$
;
CREATE VIEW db1.v_metrics_query WITH METRICS LANGUAGE YAML AS $$
version: 0.1
source: SELECT b.Amount, c.Name FROM db1.base b JOIN db1.cust c ON b.CustomerId = c.CustomerId
dimensions:
  - name: who
    expr: upper(Name)
measures:
  - name: total
    expr: sum(Amount) FILTER (WHERE Name IS NOT NULL)
$$
;
CREATE TABLE db1.x_serde (A INT, b STRING) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe' WITH SERDEPROPERTIES ('field.delim' = ',') STORED AS TEXTFILE
;
CREATE TABLE db1.x_json_serde (A INT, S STRUCT<B: INT>) ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
;
CREATE TABLE db1.x_formats (A INT) STORED AS INPUTFORMAT 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat' OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat'
;
CREATE TABLE db1.x_class_provider (Id INT) USING org.apache.spark.sql.parquet
;
CREATE TABLE db1.x_avro_hive_case (Id INT, Name STRING) STORED AS AVRO
;
CREATE TABLE db1.x_unicode (`Größe` INT, `ÄRGER` STRING, `名前` STRING, `İd` INT) USING parquet
;
CREATE TABLE db1.x_unicode_hive (`Größe` INT, `ÄRGER` STRING) STORED AS ORC
;
CREATE TABLE db1.x_signs (`a;b` INT, `c:d` INT, `e/f` INT, `g(h)` INT, `i=j` INT, `k<l>` INT) USING json
;
CREATE TABLE db1.x_comments (a INT COMMENT 'line one\nline two', b INT COMMENT 'say "hi" to O''Neil', c INT COMMENT '注', d INT COMMENT ' blank ') USING parquet COMMENT 'multi\nline'
;
CREATE TABLE db1.x_comments_hive (a INT COMMENT 'say "hi" to O''Neil', B INT COMMENT '注') COMMENT '' STORED AS PARQUET
;
COMMENT ON TABLE db1.x_comments_hive IS 'said later'
;
CREATE TABLE db1.x_arrays (a ARRAY<ARRAY<ARRAY<INT>>>, b MAP<INT, MAP<STRING, ARRAY<DECIMAL(20,4)>>>, c ARRAY<STRUCT<X: MAP<STRING, STRUCT<Y: INT>>>>) USING orc
;
CREATE TABLE db1.x_empty_struct (a STRUCT<>, b INT) USING json
;
CREATE TABLE db1.x_part_types (Id INT) USING parquet PARTITIONED BY (d DATE, T TIMESTAMP, n DECIMAL(5,2), b BOOLEAN, l BIGINT)
;
CREATE TABLE db1.x_part_char (Id INT, P CHAR(2), Q VARCHAR(5)) USING parquet PARTITIONED BY (P, Q)
;
CREATE TABLE db1.x_part_hive_char (Id INT) PARTITIONED BY (P CHAR(2), q VARCHAR(5)) STORED AS PARQUET
;
CREATE TABLE db1.x_bucket_hive_part (Id INT, V STRING) PARTITIONED BY (Day STRING) CLUSTERED BY (Id, V) INTO 4 BUCKETS STORED AS ORC
;
CREATE TABLE db1.x_altered_props (Id INT) USING parquet
;
ALTER TABLE db1.x_altered_props SET TBLPROPERTIES ('comment' = 'via property', 'k' = 'v')
;
CREATE TABLE db1.x_char_altered (c CHAR(3)) USING parquet
;
ALTER TABLE db1.x_char_altered ALTER COLUMN c TYPE STRING COLLATE UTF8_LCASE
;
CREATE TABLE db1.x_collate_alter (c STRING) USING parquet
;
ALTER TABLE db1.x_collate_alter ALTER COLUMN c TYPE STRING COLLATE UNICODE_CI
;
CREATE TABLE db1.x_default_added (Id INT) USING parquet
;
ALTER TABLE db1.x_default_added ADD COLUMNS (N INT DEFAULT 5 COMMENT 'five')
;
ALTER TABLE db1.x_default_added ALTER COLUMN Id SET DEFAULT 3
;
CREATE TABLE db1.x_chars_collated (a ARRAY<VARCHAR(3) COLLATE UTF8_LCASE>, s STRUCT<F: CHAR(2), G: STRING COLLATE UNICODE_CI>) USING parquet
;
CREATE TABLE db1.x_chars_commented (s STRUCT<F: CHAR(2) COMMENT 'two', G: STRING COMMENT 'g'>) USING parquet
;
CREATE TABLE db1.x_array_collated_struct (a ARRAY<STRUCT<F: STRING COLLATE UNICODE_CI>>, m MAP<STRING, STRUCT<G: ARRAY<STRING COLLATE UTF8_LCASE>>>) USING parquet
;
CREATE TABLE db1.x_void_hive (Id INT, n VOID) STORED AS PARQUET
;
CREATE TABLE db1.x_many USING parquet AS SELECT 1 AS C00, 2 AS C01, 3 AS C02, 4 AS C03, 5 AS C04, 6 AS C05, 'x' AS C06, current_date() AS C07, current_timestamp() AS C08, uuid() AS C09, array(1) AS C10, map('a', 1.5) AS C11, named_struct('Q', 1Y) AS C12
;
CREATE VIEW db1.x_view_on_view AS SELECT Key, count(*) AS N FROM db1.v_named GROUP BY Key
;
CREATE VIEW db1.x_view_char AS SELECT CAST('a' AS CHAR(3)) AS C, s.F FROM db1.x_chars_collated
;
CREATE VIEW db1.x_view_comment_later AS SELECT 1 AS A
;
COMMENT ON TABLE db1.x_view_comment_later IS 'later'
;
CREATE VIEW db1.x_view_geo AS SELECT g, h FROM db1.t_geo
;
CREATE VIEW db1.x_view_time AS SELECT TIME'12:00:00' AS T, make_interval(1) AS I
;
CREATE VIEW db1.x_view_part AS SELECT * FROM db1.t_part
;
CREATE VIEW db1.x_view_unicode AS SELECT 1 AS `Größe`, 2 AS `x:y`
;
CREATE OR REPLACE VIEW db1.x_view_sign (`a,b` COMMENT 'c') AS SELECT 1
