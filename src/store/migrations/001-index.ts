export const index = `
  CREATE TABLE progress (
    clone   TEXT PRIMARY KEY,
    segment INTEGER NOT NULL,
    offset  INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

  CREATE TABLE analyses (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    timestamp     TEXT NOT NULL,
    period_days   INTEGER NOT NULL,
    total_tasks   INTEGER NOT NULL,
    failure_count INTEGER NOT NULL,
    patterns      TEXT NOT NULL,
    focus_areas   TEXT NOT NULL,
    entry         TEXT NOT NULL
  ) STRICT;

  CREATE TABLE proposals (
    id                   INTEGER PRIMARY KEY AUTOINCREMENT,
    timestamp            TEXT NOT NULL,
    analysis_id          INTEGER REFERENCES analyses (id),
    description          TEXT NOT NULL,
    target_files         TEXT NOT NULL,
    changes              TEXT NOT NULL,
    expected_improvement TEXT NOT NULL,
    risk                 TEXT NOT NULL CHECK (risk IN ('low', 'medium', 'high')),
    status               TEXT NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'testing', 'validated', 'merged', 'rejected')),
    rejection_reason     TEXT,
    parent_config_hash   TEXT,
    uuid                 TEXT NOT NULL UNIQUE,
    commit_id            TEXT NOT NULL,
    tree                 TEXT NOT NULL,
    entry                TEXT NOT NULL
  ) STRICT;
  CREATE INDEX proposals_tree ON proposals (tree);
  CREATE INDEX proposals_commit ON proposals (commit_id);

  CREATE TABLE tasks (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    timestamp        TEXT NOT NULL,
    task             TEXT NOT NULL,
    outcome          TEXT NOT NULL CHECK (outcome IN ('success', 'failure', 'partial')),
    category         TEXT NOT NULL,
    duration_seconds INTEGER,
    notes            TEXT,
    improvement_id   INTEGER REFERENCES proposals (id),
    session_key      TEXT,
    source           TEXT NOT NULL,
    commit_id        TEXT
  ) STRICT;
  CREATE INDEX tasks_timestamp ON tasks (timestamp);
  CREATE INDEX tasks_failures ON tasks (timestamp) WHERE outcome = 'failure';
  CREATE UNIQUE INDEX tasks_commits ON tasks (commit_id) WHERE source = 'hook';

  -- Rates over any period without reading the outcomes.
  CREATE TABLE daily (
    day      TEXT NOT NULL,
    category TEXT NOT NULL,
    source   TEXT NOT NULL,
    success  INTEGER NOT NULL DEFAULT 0,
    failure  INTEGER NOT NULL DEFAULT 0,
    partial  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (day, category, source)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE trials (
    key       TEXT PRIMARY KEY,
    timestamp TEXT NOT NULL,
    tree      TEXT NOT NULL,
    task      TEXT NOT NULL,
    stream    TEXT NOT NULL,
    repeat    INTEGER NOT NULL,
    result    TEXT NOT NULL CHECK (result IN ('passed', 'failed', 'timeout')),
    score     REAL NOT NULL,
    entry     TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX trials_tree ON trials (tree);

  CREATE TABLE evaluations (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    timestamp       TEXT NOT NULL,
    proposal_id     INTEGER NOT NULL REFERENCES proposals (id),
    baseline_score  REAL,
    modified_score  REAL,
    improvement_pct REAL,
    passed          INTEGER NOT NULL CHECK (passed IN (0, 1)),
    runs            INTEGER NOT NULL DEFAULT 1,
    details         TEXT,
    verdict         TEXT NOT NULL,
    entry           TEXT NOT NULL
  ) STRICT;
  CREATE INDEX evaluations_proposal ON evaluations (proposal_id);

  CREATE TABLE archive (
    id                INTEGER PRIMARY KEY,
    timestamp         TEXT NOT NULL,
    parent_id         INTEGER REFERENCES archive (id),
    proposal_id       INTEGER REFERENCES proposals (id),
    config_hash       TEXT NOT NULL,
    config_snapshot   TEXT NOT NULL,
    performance_delta REAL,
    description       TEXT,
    commit_id         TEXT NOT NULL,
    entry             TEXT NOT NULL
  ) STRICT;

  CREATE TABLE task_bank (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    name             TEXT NOT NULL UNIQUE,
    description      TEXT NOT NULL,
    category         TEXT NOT NULL,
    test_prompt      TEXT NOT NULL,
    success_criteria TEXT NOT NULL,
    difficulty       TEXT NOT NULL CHECK (difficulty IN ('easy', 'medium', 'hard')),
    enabled          INTEGER NOT NULL DEFAULT 1,
    split            TEXT NOT NULL
  ) STRICT;

  CREATE TABLE intents (
    uuid   TEXT PRIMARY KEY,
    result TEXT,
    entry  TEXT NOT NULL
  ) STRICT;
`;
