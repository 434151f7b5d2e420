export const order = `
  -- What counts for a comparison is told by the order of the record: clocks jump, and several things share a moment.
  ALTER TABLE trials ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE settlements ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE expiries ADD COLUMN position INTEGER NOT NULL DEFAULT 0;

  CREATE TABLE moments AS
    SELECT kind, key, row_number() OVER (ORDER BY timestamp, kind, key) AS position FROM (
      SELECT 3 AS kind, key, timestamp FROM trials
      UNION ALL SELECT 2, rowid, timestamp FROM expiries
      UNION ALL SELECT 4, key, json_extract(entry, '$.timestamp') FROM settlements
    );
  UPDATE trials SET position = m.position FROM moments AS m WHERE m.kind = 3 AND m.key = trials.key;
  UPDATE expiries SET position = m.position FROM moments AS m WHERE m.kind = 2 AND m.key = expiries.rowid;
  UPDATE settlements SET position = m.position FROM moments AS m WHERE m.kind = 4 AND m.key = settlements.key;
  DROP TABLE moments;

  DROP INDEX trials_configuration;
  CREATE INDEX trials_configuration ON trials (configuration, position);
  CREATE INDEX trials_position ON trials (position);
  CREATE INDEX settlements_position ON settlements (position);
  CREATE INDEX expiries_position ON expiries (position);
`;
