import { afterAll, beforeAll, expect, test } from "vitest";
import { kira, kiraJson } from "../support/kira.ts";
import { anAgentRepository, type TestRepository } from "../support/repository.ts";
import { expectWhole, recordOf } from "./facts.ts";
import { copyOf } from "./templates.ts";
import { buildTool, clock, runTool, type Tool } from "./tool.ts";

let tool: Tool;
let template: TestRepository;
beforeAll(async () => {
  [tool, template] = await Promise.all([buildTool(), anAgentRepository()]);
});
afterAll(async () => {
  await template[Symbol.asyncDispose]();
  await tool[Symbol.asyncDispose]();
});

/** Ten megabytes: more than two parts hold. */
const tasks = Array.from({ length: 250 }, (_, i) => `Task ${i}`);
const notes = "A long story. ".repeat(2900);
const stdin = tasks
  .map((task) => JSON.stringify({ task, outcome: "success", category: "food", notes }))
  .join("\n");
const command = { args: ["log", "--stdin"], stdin };

const tasksIn = async (place: { readonly folder: string }) =>
  (await recordOf(place)).flatMap((entry) => (entry.kind === "outcome" ? entry.task : []));

test("a log of many that is killed says how far it came, and goes on there: none is lost, none is there twice", async () => {
  const kept = new Set<number>();
  for (const moment of [1, 4, 6, 9, 12]) {
    await using place = await copyOf(template);
    const { killed } = await runTool(tool, place.folder, command, { KIRA_FAILPOINT: String(moment) });
    expect(killed).toBe(true);
    const here = { folder: place.folder, env: clock };
    const done = (await tasksIn(place)).length;
    kept.add(done);
    const { stderr } = await kira(here, "status");
    if (done > 0 && done < tasks.length)
      expect(stderr).toContain(`recorded ${done} of ${tasks.length} outcomes`);
    else expect(stderr).not.toContain("log --stdin has recorded");
    expect((await kira(here, "status")).stderr).not.toContain("log --stdin has recorded");
    if (done < tasks.length)
      expect(await kiraJson({ ...here, stdin }, ...command.args)).toMatchObject({
        logged: tasks.length - done,
        before: done,
      });
    expect(await tasksIn(place)).toEqual(tasks);
    expect((await kira(here, "status")).stderr).not.toContain("log --stdin has recorded");
    await expectWhole(place, `moment ${moment}`);
  }
  expect(kept.size).toBeGreaterThan(2);
  // Once it is whole, the same input is work that was done again.
  await using place = await copyOf(template);
  for (let n = 0; n < 2; n++)
    expect(await kiraJson({ folder: place.folder, stdin, env: clock }, ...command.args)).toMatchObject({
      before: 0,
    });
  expect(await tasksIn(place)).toHaveLength(2 * tasks.length);
});
