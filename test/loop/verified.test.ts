import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyRecord } from "../../src/loop/record/verify-record.ts";
import { verifyShown } from "../../src/loop/record/verify-shown.ts";
import { kira, kiraJson } from "../support/kira.ts";
import { aGoodIdea, anAgentRepository, type TestRepository } from "../support/repository.ts";
import { adopted, evaluated, failuresAbout, idea, inWorkspace } from "./support.ts";

let repository: TestRepository;

beforeAll(async () => {
  repository = await anAgentRepository();
  const { folder } = repository;
  await failuresAbout(repository, "dates");
  await kiraJson({ folder }, "analyze");
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  await idea(repository, { "skills/style.md": "Be brief.\n" }, "style");
  for (const id of [1, 2]) await evaluated(repository, id);
  await kiraJson({ folder }, "merge", "--proposal-id", "1");
});
afterAll(() => repository[Symbol.asyncDispose]());

const found = () => inWorkspace(repository, verifyRecord);
const shown = () => inWorkspace(repository, verifyShown);

test("of a record that is whole there is nothing to say", async () => {
  expect(await found()).toEqual([]);
  expect(await shown()).toEqual([]);
});

describe("any row of the index that the journal did not make is found, and reindex mends it", () => {
  test.each([
    [
      "an evaluation that another proposal has",
      "UPDATE evaluations SET proposal_id = 2 WHERE id = 1",
      "evaluations: 2",
    ],
    ["an outcome that is gone", "DELETE FROM tasks WHERE id = 3", "tasks: 1"],
    ["an outcome that went better", "UPDATE tasks SET outcome = 'success' WHERE id = 1", "tasks: 2"],
    ["a day with more successes", "UPDATE daily SET success = success + 1", "daily: 4"],
    [
      "a trial that went otherwise",
      "UPDATE trials SET score = 1 - score WHERE task = 'knows-figs'",
      "trials: ",
    ],
    ["a settlement that is gone", "DELETE FROM settlements", "settlements: "],
    [
      "a rejection that nobody said",
      "UPDATE proposals SET rejection_reason = 'no' WHERE id = 1",
      "proposals: 2",
    ],
  ])("%s", async (_, sql, says) => {
    const db = new Sqlite(join(repository.folder, "data/self-improve.db"));
    db.exec(sql);
    db.close();
    expect((await found()).map((finding) => finding.found)).toContainEqual(
      expect.stringContaining(`differs from the journal in its table ${says}`),
    );
    expect((await kira(repository, "reindex")).status).toBe(0);
    expect(await found()).toEqual([]);
  });
});

describe("what plain git shows of the record and says otherwise is told", () => {
  test("a verdict that somebody wrote into a note", async () => {
    const commit = await repository.git("rev-parse", "refs/kira/ids/2");
    const notes = "--ref=kira/evaluations";
    const text = await repository.git("notes", notes, "show", commit);
    const better = text.replace('"passed":false', '"passed":true');
    await repository.git("notes", notes, "add", "--force", `--message=${better}`, commit);
    expect(await shown()).toEqual([
      {
        what: "note",
        found: "The kira/evaluations note of proposal 2 does not say what the record says.",
        removal: `git notes --ref=kira/evaluations remove ${commit}`,
      },
    ]);
    await repository.git("notes", notes, "add", "--force", `--message=${text}`, commit);
    expect(await shown()).toEqual([]);
  });

  test("a node's tag on another commit, or with another score", async () => {
    const { git } = repository;
    const tag = "kira/archive/0001";
    const before = await git("rev-parse", tag);
    const text = await git("tag", "--list", "--format=%(contents)", tag);
    await git("tag", "--force", "--annotate", `--message=${text}`, tag, "main~1");
    expect(await shown()).toMatchObject([
      { what: "tag", found: expect.stringMatching(/^kira\/archive\/0001 is on /) },
    ]);
    const better = text.replace(/Kira-Score: .*/, "Kira-Score: 2.0000");
    await git("tag", "--force", "--annotate", `--message=${better}`, tag, `${before}^{commit}`);
    expect(await shown()).toMatchObject([{ found: `${tag} does not say what the record says of its node.` }]);
    await git("update-ref", `refs/tags/${tag}`, before);
    expect(await shown()).toEqual([]);
  });
});
