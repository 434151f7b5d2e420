export const rubrics = `
  CREATE TABLE qualifications (judge_digest TEXT NOT NULL, judge TEXT NOT NULL, timestamp TEXT NOT NULL, entry TEXT NOT NULL) STRICT;
  CREATE INDEX qualifications_judge ON qualifications (judge_digest);
  CREATE TABLE looks (evaluation_uuid TEXT NOT NULL, timestamp TEXT NOT NULL, entry TEXT NOT NULL) STRICT;
  CREATE INDEX looks_evaluation ON looks (evaluation_uuid);
`;
