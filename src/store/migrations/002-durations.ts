export const durations = `
  -- How often each duration occurred among work that did not fail, without reading the outcomes.
  CREATE TABLE durations (
    day      TEXT NOT NULL,
    category TEXT NOT NULL,
    seconds  INTEGER NOT NULL,
    count    INTEGER NOT NULL,
    PRIMARY KEY (day, category, seconds)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO durations
    SELECT substr(timestamp, 1, 10) AS day, category, duration_seconds, count(*) FROM tasks
    WHERE duration_seconds IS NOT NULL AND outcome <> 'failure' AND source <> 'merge'
    GROUP BY day, category, duration_seconds;
`;
