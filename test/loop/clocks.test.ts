import { describe, expect, test } from "vitest";
import { kira } from "../support/kira.ts";
import { adopted, evaluated } from "./support.ts";
import { aCounted, luckier, noisy } from "./noisy.ts";
import { aGoodIdea } from "../support/repository.ts";

/** Two proposals judged on one production, the clock standing elsewhere each time; what was asked of the agent. */
async function twoVerdicts(clock: readonly [string, string, string]) {
  await using place = await aCounted(noisy());
  const { repository } = place;
  await luckier(repository, "[0-e]", "first");
  await luckier(repository, "[0-d]", "second");
  const said: object[] = [];
  for (const [i, KIRA_NOW] of clock.entries()) {
    const args = i === 0 ? ["--max-trials", "130"] : [];
    const { evaluation } = await evaluated(repository, i < 2 ? 1 : 2, {
      env: { ...place.env, KIRA_NOW },
      args,
    });
    const { verdict, trials, ledgerTrials, restarts, tasks, statistics } = evaluation!;
    said.push({ verdict, trials, ledgerTrials, restarts, tasks, statistics });
  }
  return { said, calls: await place.calls() };
}

test("a clock that is set back between commands, as at the end of summer time, changes no verdict and no trial", async () => {
  const steady = await twoVerdicts(["2026-10-25T10:00:00Z", "2026-10-25T10:00:00Z", "2026-10-25T10:00:00Z"]);
  const back = await twoVerdicts(["2026-10-25T10:00:00Z", "2026-10-25T09:00:00Z", "2026-10-25T01:00:00Z"]);
  expect(back.said).toEqual(steady.said);
  // Which seeds there are follows from the configuration; side by side they come in any order.
  expect(back.calls.sort()).toEqual(steady.calls.sort());
});

test("after a year in the future, trials of then are kept as stored ones, and asked for by nobody again", async () => {
  const { said, calls } = await twoVerdicts([
    "2027-10-25T10:00:00Z",
    "2027-10-25T10:00:00Z",
    "2026-10-25T10:00:00Z",
  ]);
  expect(said).toMatchObject([{ ledgerTrials: 120 }, { ledgerTrials: 0 }, { ledgerTrials: 0, restarts: 0 }]);
  expect(new Set(calls).size).toBe(calls.length);
});

describe("every command works while the clock jumps, and what was first stays first", () => {
  test("the last verdict, the last node and the last word are those that came last on record", async () => {
    await using place = await aCounted();
    const { repository, env } = place;
    const { folder } = repository;
    await aGoodIdea(repository);
    await adopted(repository, "good-idea");
    const at = (KIRA_NOW: string) => ({ ...env, KIRA_NOW });
    const run = async (now: string, ...args: string[]) => {
      const { status, stdout, stderr } = await kira({ folder, env: at(now) }, ...args, "--json");
      expect({ args, status, stderr }).toMatchObject({ status: 0 });
      return stdout;
    };
    const log = ["log", "--task", "t", "--category", "c", "--outcome"];
    await run("2030-01-01T00:00:00Z", ...log, "failure");
    await evaluated(repository, 1, { env: at("2029-01-01T00:00:00Z") });
    await run("2026-03-01T00:00:00Z", "merge", "--proposal-id", "1");
    await run("2026-02-01T00:00:00Z", "archive", "--rollback", "0");
    await run("2026-01-01T00:00:00Z", ...log, "success");
    const told = () =>
      Promise.all(
        [["status"], ["proposals"], ["archive", "--list"], ["operations"]].map((args) =>
          run("2026-04-01T00:00:00Z", ...args),
        ),
      );
    const before = await told();
    expect(JSON.parse(before[2]!)).toMatchObject({ archive: [{ id: 0 }, { id: 1 }], current: 0 });
    await run("2025-01-01T00:00:00Z", "reindex");
    expect(await told()).toEqual(before);
    await run("2024-01-01T00:00:00Z", "undo");
    expect(await repository.git("show", "main:skills/lessons.md")).toContain("figs");
  });
});
