export const digests = `
  ALTER TABLE evaluations ADD COLUMN digest TEXT NOT NULL DEFAULT '';
  ALTER TABLE archive ADD COLUMN digest TEXT NOT NULL DEFAULT '';
`;
