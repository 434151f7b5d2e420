export const settlements = `
  ALTER TABLE trials ADD COLUMN configuration TEXT NOT NULL DEFAULT '';
  CREATE INDEX trials_configuration ON trials (configuration);
  CREATE TABLE settlements (key TEXT PRIMARY KEY, restarts INTEGER NOT NULL, entry TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE expiries (configuration TEXT NOT NULL, timestamp TEXT NOT NULL, before TEXT NOT NULL) STRICT;
  CREATE TABLE audits (timestamp TEXT NOT NULL, result TEXT NOT NULL, entry TEXT NOT NULL) STRICT;
`;
