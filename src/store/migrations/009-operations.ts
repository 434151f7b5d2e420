export const operations = `
  CREATE TABLE operations (
    uuid      TEXT PRIMARY KEY,
    timestamp TEXT NOT NULL,
    command   TEXT NOT NULL,
    entry     TEXT NOT NULL
  ) STRICT;
`;
