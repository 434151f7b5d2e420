import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { missing } from "../hostile/support.ts";
import { adopted, evaluated, journalOf } from "../loop/support.ts";
import { kira } from "../support/kira.ts";
import { aSpareFolder } from "../support/repository.ts";
import { json } from "./support.ts";
import { anUpstream } from "./upstream.ts";
import { aWorld, knowing, type World } from "./world.ts";

interface Line {
  readonly kind: string;
  readonly key: string;
  readonly score: number;
  readonly costUsd: number;
  readonly tokens: number;
  readonly model: string;
}

const trialsIn = (journal: string) =>
  journal
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line)
    .filter(({ kind }) => kind === "trial");

/** Some trials of production, stopped after so many. */
async function calibrated({ repository: { folder }, env }: World, most: number, ...more: string[]) {
  const args = ["calibrate", "--allow-unsandboxed", "--max-trials", String(most), "--json", ...more];
  return kira({ folder, env }, ...args);
}

test("trials whose agent asks a model cost what was counted outside, and name the model", async () => {
  await using world = await aWorld();
  await calibrated(world, 6);
  const trials = trialsIn(await journalOf(world.repository));
  expect(trials).toHaveLength(6);
  for (const { costUsd, tokens, model } of trials)
    expect([costUsd, tokens, model]).toEqual([expect.closeTo(0.01, 9), 500, "claude-test-1"]);
  expect(world.upstream.seen).toHaveLength(6);
  for (const { headers } of world.upstream.seen) expect(headers["x-api-key"]).toBe("real-key");
});

test("an agent that claims to have cost more is taken at its word, and one that claims less is not", async () => {
  await using world = await aWorld();
  const claim = `import { writeFileSync } from "node:fs";
    writeFileSync(process.env.KIRA_RESULT_FILE, JSON.stringify({ costUsd: 0.5, tokens: 1, model: "pretended" }));\n`;
  const agent = await readFile(new URL("model-agent.mjs", import.meta.url), "utf8");
  await world.repository.commit({ "agent.mjs": claim + agent });
  await calibrated(world, 3);
  for (const { costUsd, tokens, model } of trialsIn(await journalOf(world.repository)))
    expect([costUsd, tokens, model]).toEqual([0.5, 500, "claude-test-1"]);
});

test.skipIf(missing)(
  `in the sandbox an agent reaches its model through the gateway, and nothing else ${missing}`,
  async () => {
    await using world = await aWorld();
    await using elsewhere = await anUpstream();
    const { upstream } = world;
    const attack = `import { connect } from "node:net"; import { lookup } from "node:dns";
      const reaches = (...to) => new Promise((yes) => connect(...to, () => yes(true)).on("error", () => yes(false)));
      const got = {
        direct: await reaches(${upstream.port}, "127.0.0.1"),
        elsewhere: await reaches(${elsewhere.port}, "127.0.0.1"),
        dns: await new Promise((yes) => lookup("example.com", (error) => yes(!error))),
        path: (await fetch(process.env.ANTHROPIC_BASE_URL + "/v1/files", { method: "POST" })).ok,
        other: (await fetch(process.env.ANTHROPIC_BASE_URL + "/v1/messages", { method: "POST", body: "{}",
          headers: { "x-api-key": "sk-kira-other" } })).ok,
        key: JSON.stringify(process.env).includes("real-key"),
      };
      if (Object.values(got).some(Boolean)) { console.log(JSON.stringify(got)); process.exit(3); }\n`;
    const agent = await readFile(new URL("model-agent.mjs", import.meta.url), "utf8");
    await world.repository.commit({ "agent.mjs": attack + agent });
    const args = ["calibrate", "--json", "--max-trials", "4"];
    await kira({ folder: world.repository.folder, env: world.env }, ...args);
    const trials = trialsIn(await journalOf(world.repository));
    expect(trials).toHaveLength(4);
    expect(trials.map(({ tokens }) => tokens)).toEqual([500, 500, 500, 500]);
    expect(json(trials)).not.toContain("The agent ended with 3");
    expect(upstream.seen.every(({ url }) => url === "/v1/messages")).toBe(true);
    expect(elsewhere.seen).toEqual([]);
  },
);

test("a provider that fails is no verdict, and once it works the same command goes on", async () => {
  const overloaded = (_: unknown, response: Parameters<typeof knowing>[1]) =>
    response.writeHead(529).end(json({ error: { message: "Overloaded" } }));
  await using world = await aWorld(overloaded);
  const down = await calibrated(world, 20);
  expect([down.status, down.stderr]).toEqual([
    7,
    expect.stringMatching(
      /not the agent's \(The agent could not reach its model: anthropic answered 529: Overl/,
    ),
  ]);
  expect(trialsIn(await journalOf(world.repository))).toEqual([]);
  world.upstream.script = knowing;
  await calibrated(world, 4);
  expect(trialsIn(await journalOf(world.repository))).toHaveLength(4);
});

test("at a limit of dollars trials under way are cut off, and count for nothing but their price", async () => {
  await using world = await aWorld();
  // Two calls a trial: the limit is reached in the middle of one.
  const agent = await readFile(new URL("model-agent.mjs", import.meta.url), "utf8");
  const warm = `await fetch(process.env.ANTHROPIC_BASE_URL + "/v1/messages", { method: "POST",
    headers: { "x-api-key": process.env.ANTHROPIC_API_KEY }, body: '{"system":"","prompt":"x"}' });\n`;
  await world.repository.commit({ "agent.mjs": warm + agent });
  const args = ["calibrate", "--allow-unsandboxed", "--max-cost", "0.05", "--json"];
  const { status, stderr } = await kira({ folder: world.repository.folder, env: world.env }, ...args);
  expect([status, stderr]).toEqual([6, expect.stringContaining("the limit of $0.05 is reached")]);
  for (const { tokens } of trialsIn(await journalOf(world.repository))) expect(tokens).toBe(1000);
  // What was under way at the limit is answered: four trials at a time, one request each.
  expect(world.upstream.seen.length).toBeLessThanOrEqual(8);
});

test("a recorded evaluation comes to the same verdict in a fresh clone, and nobody is asked", async () => {
  await using world = await aWorld();
  await using spare = await aSpareFolder();
  const { repository, upstream, env } = world;
  const tape = join(spare.folder, "tape");
  const first = await evaluated(repository, 1, { env, args: ["--record", tape] });
  expect(first.evaluation?.verdict).toBe("improved");
  const asked = upstream.seen.length;

  const folder = await mkdtemp(join(tmpdir(), "kira clone "));
  try {
    await execa("git", ["clone", "--quiet", repository.folder, folder]);
    const git = async (...args: string[]) => (await execa("git", args, { cwd: folder })).stdout;
    for (const [key, value] of Object.entries({
      "user.name": "Clone",
      "user.email": "clone@example.invalid",
    }))
      await git("config", key, value);
    await git("branch", "--quiet", "good-idea", "origin/good-idea");
    const clone = { ...repository, folder, git };
    await kira({ folder }, "init");
    await adopted(clone, "good-idea");
    expect(await git("for-each-ref", "refs/kira/journal")).not.toContain(
      await repository.git("rev-parse", "refs/kira/journal").catch(() => "none"),
    );
    // No key and no model: neither is needed.
    const again = await evaluated(clone, 1, { args: ["--replay", tape] });
    const said = ({ evaluation }: typeof first) => {
      const { verdict, statistics, baselineScore, modifiedScore, trials } = evaluation!;
      return { verdict, statistics, baselineScore, modifiedScore, trials };
    };
    expect(said(again)).toEqual(said(first));
    const facts = (trials: Line[]) =>
      Object.fromEntries(
        trials.map(({ key, score, costUsd, tokens, model }) => [key, { score, costUsd, tokens, model }]),
      );
    expect(facts(trialsIn(await journalOf(clone)))).toEqual(facts(trialsIn(await journalOf(repository))));
    expect(upstream.seen).toHaveLength(asked);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("a recording that does not hold the trials is no verdict, and what to do is said", async () => {
  await using world = await aWorld();
  await using spare = await aSpareFolder();
  const { repository } = world;
  await calibrated(world, 1, "--record", spare.folder);
  const { status, error } = await evaluated(repository, 1, { args: ["--replay", spare.folder] });
  expect([status, error?.message]).toEqual([
    7,
    expect.stringMatching(/has no answer to this POST \/v1\/messages.*Record it again with --record/),
  ]);
});

test.each<[string, object, string[], RegExp]>([
  [
    "nothing to record from",
    { network: "none" },
    ["--record", "t"],
    /^2 --record needs .* evaluate\.network to "llm"/,
  ],
  ["nothing to replay", {}, ["--replay", "no-such-folder"], /^3 There is no recording in .*no-such-folder/],
  ["both at once", {}, ["--replay", "t", "--record", "t"], /^2 --record and --replay exclude each other/],
])("%s is refused", async (_, evaluate, args, said) => {
  await using world = await aWorld(knowing, evaluate);
  const { status, error } = await evaluated(world.repository, 1, { env: world.env, args });
  expect(`${status} ${error?.message}`).toMatch(said);
});

test("no tracked file has a key sent anywhere without the user's word in this clone", async () => {
  await using world = await aWorld();
  const { repository, env } = world;
  const config = JSON.parse(await readFile(join(repository.folder, ".kira-improve.json"), "utf8")) as {
    propose: object;
  };
  const baseUrls = { anthropic: "https://models.example" };
  const text = json({ ...config, propose: { ...config.propose, baseUrls } });
  await repository.commit({ ".kira-improve.json": text });
  const args = ["calibrate", "--allow-unsandboxed"];
  const { status, stderr } = await kira({ folder: repository.folder, env }, ...args);
  expect([status, stderr]).toEqual([
    5,
    expect.stringContaining("git config --add kira.allowBaseUrl https://models.example"),
  ]);
});

test("without any model to reach, an evaluation says what to set", async () => {
  await using world = await aWorld();
  const { status, error } = await evaluated(world.repository, 1, {
    env: { ANTHROPIC_BASE_URL: "https://models.example" },
  });
  if (error?.message.includes("no verdict")) return; // Ollama runs here
  expect([status, error?.message]).toEqual([
    7,
    expect.stringMatching(/Set ANTHROPIC_API_KEY or OPENAI_API_KEY/),
  ]);
});
