export const grades = `
  -- Attempts that are paid for and wait for a grader that works are kept, too.
  ALTER TABLE trials RENAME TO trials_before;
  CREATE TABLE trials (
    key       TEXT PRIMARY KEY,
    timestamp TEXT NOT NULL,
    tree      TEXT NOT NULL,
    task      TEXT NOT NULL,
    stream    TEXT NOT NULL,
    repeat    INTEGER NOT NULL,
    result    TEXT NOT NULL CHECK (result IN ('passed', 'failed', 'timeout', 'ungraded')),
    score     REAL NOT NULL,
    entry     TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO trials SELECT * FROM trials_before;
  DROP TABLE trials_before;
  CREATE INDEX trials_tree ON trials (tree);

  CREATE TABLE grades (
    key    TEXT PRIMARY KEY,
    score  REAL NOT NULL,
    reason TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;
