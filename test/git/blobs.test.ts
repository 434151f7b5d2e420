import { expect, test } from "vitest";
import { readBlobs } from "../../src/git/blobs.ts";
import { Git } from "../../src/git/git.ts";
import { findRepository } from "../../src/git/repository.ts";
import { aRepository } from "../support/repository.ts";

test("many contents are read at once, each byte as it is", async () => {
  const files = { "a.md": "one\ntwo\n", "b.md": "", "c.md": "é\r\n\u0000\n\n", "d.md": "no end" };
  await using repository = await aRepository(files);
  const git = new Git(findRepository(repository.folder));
  const oids = await Promise.all(
    Object.keys(files).map((path) => repository.git("rev-parse", `HEAD:${path}`)),
  );
  const blobs = await readBlobs(git, oids);
  expect(oids.map((oid) => blobs.get(oid)!.toString("utf8"))).toEqual(Object.values(files));
  const missing = "1".repeat(40);
  await expect(readBlobs(git, [oids[0]!, missing])).rejects.toMatchObject({ code: "unavailable" });
  expect(await readBlobs(git, [])).toEqual(new Map());
});
