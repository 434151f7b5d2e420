import { expect, test } from "vitest";
import type { Compared } from "../../src/loop/compare.ts";
import type { Calibration } from "../../src/loop/calibrate.ts";
import type { Prediction } from "../../src/loop/evaluate/predict.ts";
import { kira, kiraJson } from "../support/kira.ts";
import { anAgent, aRepository, aTask } from "../support/repository.ts";
import { aCounted, luckier, noisy } from "./noisy.ts";
import { adopted, configWith, evaluated } from "./support.ts";

const loose = "--allow-unsandboxed";

/** Nobody has ever run init here: two commits, a configuration and a bank. */
async function twoCommits() {
  const repository = await aRepository(anAgent());
  await repository.git("switch", "--quiet", "--create", "better");
  await repository.commit({ "skills/lessons.md": "- food: dates, eggs, figs, grapes, honey, ice, jam\n" });
  await repository.git("switch", "--quiet", "main");
  return repository;
}

test("two commits are compared where nobody has run init, and nothing of the user's is touched", async () => {
  await using repository = await twoCommits();
  const { folder } = repository;
  const { comparison } = await kiraJson<{ comparison: Compared }>(
    { folder },
    ...["compare", "main", "better", loose],
  );
  expect(comparison).toMatchObject({
    verdict: "improved",
    baseline: await repository.git("rev-parse", "main"),
    candidate: await repository.git("rev-parse", "better"),
  });
  expect(await repository.git("status", "--porcelain")).toBe("");
  expect(await repository.git("branch", "--format=%(refname:short)")).toBe("better\nmain");
  expect(await repository.git("tag")).toBe("");
  const back = await kira({ folder }, "compare", "better", "main", loose);
  expect([back.status, back.stdout]).toEqual([
    6,
    expect.stringMatching(/^main against better: .*\n.*no room/),
  ]);
});

test("the same comparison asked again costs nothing, and a proposal of it costs nothing either", async () => {
  await using place = await aCounted(noisy());
  const { repository, env } = place;
  const { folder } = repository;
  await luckier(repository, "[0-d]");
  const first = await kiraJson({ folder, env }, "compare", "main", "luckier", loose);
  expect((await place.calls()).length).toBeGreaterThan(100);
  expect(await kiraJson({ folder, env }, "compare", "main", "luckier", loose)).toMatchObject({
    comparison: { verdict: (first as unknown as { comparison: Compared }).comparison.verdict },
  });
  await evaluated(repository, 1, { env });
  expect(await place.calls()).toEqual([]);
});

test("a change cannot bring its own exam: configuration and bank are the baseline's", async () => {
  await using repository = await twoCommits();
  const { folder } = repository;
  await repository.git("switch", "--quiet", "--create", "cheat", "main");
  await repository.commit({
    ...aTask("dates", { criteria: [{ type: "text", contains: "" }] }),
    ...configWith({ agent: { use: "command", command: ["echo", "yes"] } }),
  });
  await repository.git("switch", "--quiet", "main");
  const { comparison } = await kiraJson<{ comparison: Compared }>(
    { folder },
    ...["compare", "main", "cheat", loose],
  );
  expect(comparison).toMatchObject({ verdict: "not-improved", why: "same", trials: 0 });
});

test("a pull request gets a table, a build server a test suite, and neither gets markup from a task's name", async () => {
  await using repository = await twoCommits();
  const { folder } = repository;
  const markdown = await kira({ folder }, "compare", "main", "better", loose, "--markdown");
  expect(markdown.stdout).toMatch(/^### better against main: improved\n/);
  expect(markdown.stdout).toContain("| knows-dates | 0/8 | 2/2 | +1.000 |");
  const junit = await kira({ folder }, "compare", "main", "better", loose, "--junit");
  expect(junit.stdout).toMatch(/^<\?xml .*\n<testsuite name="kira-improve" tests="11" failures="0"/);
  const stdin = ["baseline", "candidate"]
    .map((arm) => JSON.stringify({ arm, task: '<b>&"|', category: "<i>", score: arm === "baseline" ? 0 : 1 }))
    .join("\n");
  const hostile = await kira({ folder, stdin }, "verdict", "--stdin", "--junit");
  expect(hostile.stdout).toContain('classname="&lt;i&gt;" name="&lt;b&gt;&amp;&quot;|"');
  const quoted = await kira({ folder, stdin }, "verdict", "--stdin", "--markdown");
  expect(quoted.stdout).toContain('| \\<b\\>\\&"\\| |');
});

test.each<[string, string[], number, RegExp]>([
  ["one commit", ["main"], 2, /compare needs <baseline> and <candidate>/],
  ["a commit that is not there", ["main", "nope"], 3, /no commit, branch or tag "nope"/],
  ["a task that is not there", ["main", "better", "--fixes", "nope"], 2, /nope is no task that decides/],
])("compare with %s says what is wrong", async (_, args, status, said) => {
  await using repository = await twoCommits();
  const answer = await kira({ folder: repository.folder }, "compare", ...args, loose);
  expect([answer.status, answer.stderr]).toEqual([status, expect.stringMatching(said)]);
});

test("what an evaluation takes is said before a trial is made, and calibrating pays for its ledger", async () => {
  await using place = await aCounted(noisy());
  const { repository, env } = place;
  const { folder } = repository;
  await luckier(repository, "[0-b]");
  const ask = ["evaluate", "--proposal-id", "1", "--plan", loose];
  const before = await kiraJson<{ plan: Prediction }>({ folder, env }, ...ask, "--max-trials", "200");
  expect(before.plan).toMatchObject({ claim: "better", ledgerMissing: 120, costUsd: null, budgetTrials: 80 });
  expect(await place.calls()).toEqual([]);
  const { calibration } = await kiraJson<{ calibration: Calibration }>({ folder, env }, "calibrate", loose);
  expect(calibration).toMatchObject({ trials: 120, ledgerMissing: 0 });
  expect(calibration.noise).toHaveLength(10);
  expect(await place.calls()).toHaveLength(120);
  const after = await kiraJson<{ plan: Prediction }>({ folder, env }, ...ask);
  expect(after.plan).toMatchObject({ ledgerMissing: 0, budgetTrials: null, costUsd: 0 });
  for (const { forecast } of after.plan.forecasts) {
    const chances = forecast.budgets.map(({ decided }) => decided);
    expect(chances).toEqual([...chances].sort((a, b) => a - b));
  }
  const { stdout } = await kira({ folder, env }, ...ask);
  expect(stdout).toMatch(/Chance of a decision within so many new trials:\nif it +10 +30 +100 +300/);
  expect(await place.calls()).toEqual([]);
  await evaluated(repository, 1, { env });
  expect((await place.calls()).length).toBeGreaterThan(0);
});

test("an audit finds that production has become worse, and going back is judged by its trials alone", async () => {
  await using place = await aCounted(noisy("[0-b]"));
  const { repository, env } = place;
  const { folder } = repository;
  const nothing = await kira({ folder, env }, "audit", loose);
  expect([nothing.status, nothing.stderr]).toEqual([4, expect.stringContaining("nothing to compare")]);
  await luckier(repository, "[0-3]", "worse");
  await kira({ folder, env }, "merge", "--proposal-id", "1", "--on-judgement", "--reason", "looked better");
  const { audit, proposal } = await kiraJson<{ audit: { result: string }; proposal: { id: number } }>(
    { folder, env },
    ...["audit", loose],
  );
  expect([audit.result, proposal.id]).toEqual(["lost", 2]);
  await place.calls();
  const { evaluation } = await evaluated(repository, 2, { env });
  expect([evaluation!.verdict, await place.calls()]).toEqual(["improved", []]);
  const merged = await kira({ folder, env }, "merge", "--proposal-id", "2");
  expect(merged.status, merged.stderr).toBe(0);
  expect(await repository.git("show", "main:skills/luck")).toBe("[0-b]");
});

test("an audit of a good merge says that production holds", async () => {
  await using place = await aCounted(noisy("[0-3]"));
  const { repository, env } = place;
  await luckier(repository, "[0-b]");
  await evaluated(repository, 1, { env });
  await kira({ folder: repository.folder, env }, "merge", "--proposal-id", "1");
  const said = await kira({ folder: repository.folder, env }, "audit", loose);
  expect([said.status, said.stdout]).toEqual([0, expect.stringMatching(/^Production holds/)]);
  const { status } = await kiraJson<{ status: { tests: object; lastAudit: object } }>(
    { folder: repository.folder },
    "status",
  );
  expect(status).toMatchObject({
    tests: { judged: 1, merged: 1, onJudgement: 0, expectedFalse: 0.025, falseShare: 0.025 },
    lastAudit: { result: "held" },
  });
});

test("a proposal of a branch that was compared before is the same comparison", async () => {
  await using place = await aCounted();
  const { repository, env } = place;
  await repository.git("switch", "--quiet", "--create", "mends", "main");
  await repository.commit({ "skills/lessons.md": "- food: dates, eggs, figs, grapes, honey\n" });
  await repository.git("switch", "--quiet", "main");
  await kira({ folder: repository.folder, env }, "compare", "main", "mends", loose);
  await adopted(repository, "mends");
  await place.calls();
  const { evaluation } = await evaluated(repository, 1, { env });
  expect([evaluation!.verdict, await place.calls()]).toEqual(["improved", []]);
});
