export const clones = `
  -- Journals of several clones make one record: how far each has been read, and who said what.
  ALTER TABLE progress ADD COLUMN tip TEXT NOT NULL DEFAULT '';
  ALTER TABLE evaluations ADD COLUMN clone TEXT NOT NULL DEFAULT '';
  UPDATE evaluations SET clone = coalesce((SELECT clone FROM progress), '');
  ALTER TABLE archive ADD COLUMN clone TEXT NOT NULL DEFAULT '';
  UPDATE archive SET clone = coalesce((SELECT clone FROM progress), '');
  ALTER TABLE audits ADD COLUMN clone TEXT NOT NULL DEFAULT '';
  UPDATE audits SET clone = coalesce((SELECT clone FROM progress), '');
  -- The order of a clone's audits, whatever its clock did: the latest time it had named until then.
  ALTER TABLE audits ADD COLUMN moment TEXT NOT NULL DEFAULT '';
  UPDATE audits SET moment = (SELECT max(timestamp) FROM audits AS earlier WHERE earlier.rowid <= audits.rowid);

  CREATE TABLE decisions (
    proposal_id INTEGER NOT NULL,
    clone       TEXT NOT NULL,
    timestamp   TEXT NOT NULL,
    reason      TEXT NOT NULL,
    PRIMARY KEY (proposal_id, clone)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO decisions
    SELECT id, coalesce((SELECT clone FROM progress), ''), timestamp, rejection_reason FROM proposals
    WHERE rejection_reason IS NOT NULL;

  -- What other clones tried and asked: shown, and counted as looks, but no evidence here.
  CREATE TABLE trials_elsewhere (
    clone  TEXT NOT NULL,
    key    TEXT NOT NULL,
    tree   TEXT NOT NULL,
    task   TEXT NOT NULL,
    result TEXT NOT NULL,
    score  REAL NOT NULL,
    PRIMARY KEY (clone, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX trials_elsewhere_tree ON trials_elsewhere (tree);
  CREATE TABLE settlements_elsewhere (
    key      TEXT NOT NULL,
    clone    TEXT NOT NULL,
    restarts INTEGER NOT NULL,
    PRIMARY KEY (key, clone)
  ) STRICT, WITHOUT ROWID;
`;
