export const quarantine = `
  CREATE TABLE quarantine (
    grading_digest TEXT PRIMARY KEY,
    task           TEXT NOT NULL,
    reason         TEXT NOT NULL,
    timestamp      TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;
