import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { journalOf } from "../loop/support.ts";
import { kira } from "../support/kira.ts";
import { start } from "../support/process.ts";
import { aSpareFolder } from "../support/repository.ts";
import { json } from "./support.ts";
import { aWorld, knowing, type World } from "./world.ts";

const calibrate = ["calibrate", "--allow-unsandboxed"];

const trialsIn = async ({ repository }: World) =>
  (await journalOf(repository))
    .split("\n")
    .filter((line) => line.includes('"kind":"trial"'))
    .map((line) => JSON.parse(line) as { tokens: number });

const said = async ({ repository: { folder }, env }: World, ...args: string[]) => {
  const { status, stderr } = await kira({ folder, env }, ...args);
  return [status, stderr.trim().split("\n").at(-1)];
};

test("at a limit of tokens the gateway cuts off, and a trial that it cut off is no failure of the agent", async () => {
  await using world = await aWorld(knowing, { maxTokens: 3_600 });
  // Two calls a trial: the limit is reached in the middle of one.
  const agent = await readFile(new URL("model-agent.mjs", import.meta.url), "utf8");
  const warm = `await fetch(process.env.ANTHROPIC_BASE_URL + "/v1/messages", { method: "POST",
    headers: { "x-api-key": process.env.ANTHROPIC_API_KEY }, body: '{"system":"","prompt":"x"}' });\n`;
  await world.repository.commit({ "agent.mjs": warm + agent });
  expect(await said(world, ...calibrate)).toEqual([
    6,
    expect.stringContaining("the limit of 3600 tokens is reached"),
  ]);
  for (const { tokens } of await trialsIn(world)) expect(tokens).toBe(1000);
  // What was under way at the limit is answered: four trials at a time, one request each.
  expect(world.upstream.seen.length).toBeLessThanOrEqual(12);
});

test("a model whose price nobody knows is refused under a limit of dollars, not counted as free", async () => {
  await using world = await aWorld();
  const config = JSON.parse(await readFile(join(world.repository.folder, ".kira-improve.json"), "utf8")) as {
    propose: object;
  };
  const unpriced = json({ ...config, propose: { ...config.propose, prices: {} } });
  await world.repository.commit({ ".kira-improve.json": unpriced });
  const why = /^No price of anthropic:claude-test-1 is known.*Add it to propose\.prices/;
  expect(await said(world, ...calibrate, "--max-cost", "5")).toEqual([2, expect.stringMatching(why)]);
  expect(await trialsIn(world)).toEqual([]);
  expect(world.upstream.seen.length).toBeLessThanOrEqual(4);
  const free = await said(world, ...calibrate, "--max-trials", "2");
  expect(free[1]).toMatch(/limit of 2 trials/);
  expect(await trialsIn(world)).toHaveLength(2);
});

test("doors of a killed command are gone after the next one", async () => {
  await using temporary = await aSpareFolder();
  vi.stubEnv("TMPDIR", temporary.folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  await using world = await aWorld(() => undefined); // it takes the request and says nothing
  const before = readdirSync(temporary.folder).sort();
  const { folder } = world.repository;
  const tool = start(folder, world.env, calibrate);
  await expect.poll(() => world.upstream.seen.length, { timeout: 20_000 }).toBeGreaterThan(0);
  const doors = () =>
    readdirSync(temporary.folder, { recursive: true }).filter((name) => /0-anthropic$/.test(String(name)));
  expect(doors()).toHaveLength(1);
  tool.kill();
  expect(await tool.ended).toBe(true);
  expect(doors()).toHaveLength(1);
  await kira({ folder }, "status");
  expect(doors()).toEqual([]);
  expect(readdirSync(temporary.folder).sort()).toEqual(before);
  expect(readdirSync(join(folder, ".git/kira/slots"))).toEqual([]);
});
