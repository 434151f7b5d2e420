import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { randomNumbers } from "../../src/domain/random.ts";
import { kira } from "../support/kira.ts";
import { start } from "../support/process.ts";
import {
  agentConfig,
  anAgentRepository,
  aSpareFolder,
  type Files,
  type TestRepository,
} from "../support/repository.ts";
import { configWith, evaluated, idea, journalOf } from "./support.ts";

const kills = 30;
const seed = "killed 1";
const runs = "15";

/** An agent whose luck follows from the trial alone, a little better with the candidate's words; it counts its starts. */
const seeded: Files = {
  ...configWith({
    agent: { ...agentConfig.agent, env: ["KIRA_CALLS"] },
    evaluate: { runs: 3, concurrency: 2 },
  }),
  "agent.sh": `echo "$KIRA_TRIAL_SEED" >>"$KIRA_CALLS"
cat >/dev/null
echo changed >>AGENTS.md
sleep 0.01
if grep -q careful skills/lessons.md; then lucky='[0-9ab]'; else lucky='[0-7]'; fi
case "$KIRA_TRIAL_SEED" in $lucky*) echo yes ;; *) echo no ;; esac
`,
};

const command = ["evaluate", "--proposal-id", "1", "--runs", runs, "--allow-unsandboxed"];

async function aProposal(): Promise<TestRepository> {
  const repository = await anAgentRepository(seeded);
  await idea(repository, { "skills/lessons.md": "# Lessons\n\nBe careful.\n" }, "careful");
  return repository;
}

/** The trials of the record: key → task, arm, repeat, score and result. */
async function trialsOf(repository: TestRepository): Promise<Map<string, unknown>> {
  const lines = (await journalOf(repository)).split("\n").filter((line) => line.includes('"kind":"trial"'));
  const trials = lines.map((line) => JSON.parse(line));
  expect(new Set(trials.map(({ key }) => key)).size).toBe(trials.length);
  return new Map(
    trials.map(({ key, task, arm, repeat, score, result }) => [key, { task, arm, repeat, score, result }]),
  );
}

const startsIn = (file: string): string[] =>
  existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];

/** Programs that still have a variable with that value. */
const programsWith = (value: string): string[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "latin1").includes(value);
      } catch {
        return false;
      }
    });

test.skipIf(process.platform !== "linux")(
  `an evaluation killed ${kills} times ends as one that was left alone, pays for no finished trial twice, and leaves nothing behind`,
  { timeout: 240_000 },
  async () => {
    await using temporary = await aSpareFolder();
    await using spare = await aSpareFolder();
    vi.stubEnv("TMPDIR", temporary.folder);
    onTestFinished(() => void vi.unstubAllEnvs());

    await using alone = await aProposal();
    const undisturbed = { KIRA_CALLS: join(spare.folder, "undisturbed") };
    const expected = await evaluated(alone, 1, { args: ["--runs", runs], env: undisturbed });
    expect(expected.evaluation, JSON.stringify(expected.error)).toBeDefined();

    await using repository = await aProposal();
    const mine = readdirSync(temporary.folder).sort();
    const calls = join(spare.folder, "calls");
    const env = { KIRA_CALLS: calls };
    const random = randomNumbers(seed);
    let finished = new Set<string>();
    let repaid = 0;
    let lost = 0;
    let killed = 0;
    const look = async (before: number) => {
      repaid += startsIn(calls)
        .slice(before)
        .filter((key) => finished.has(key)).length;
      const now = await trialsOf(repository);
      for (const key of finished) if (!now.has(key)) lost++;
      finished = new Set(now.keys());
    };
    for (let round = 0; killed < kills; round++) {
      expect(round, "evaluations that ended before they could be killed").toBeLessThan(kills + 5);
      const before = startsIn(calls).length;
      const tool = start(repository.folder, env, command);
      // A third is killed while it starts, the others between trials or in the middle of some.
      const early = random.next().value < 1 / 3;
      const more = early ? 0 : 1 + Math.floor(random.next().value * 8);
      while (tool.runs() && startsIn(calls).length < before + more) await sleep(2);
      await sleep(random.next().value * (early ? 900 : 40));
      if (tool.runs()) tool.kill();
      if (await tool.ended) killed++;
      await look(before);
      if (killed % 10 === 0) {
        const { stderr } = await kira({ folder: repository.folder }, "status");
        expect(stderr).not.toContain("bug");
        expect(readdirSync(temporary.folder).sort()).toEqual(mine);
        expect(await repository.git("worktree", "list", "--porcelain")).not.toContain("kira-trial-");
        expect(programsWith(calls)).toEqual([]);
      }
    }
    const before = startsIn(calls).length;
    const { evaluation, status } = await evaluated(repository, 1, { args: ["--runs", runs], env });
    await look(before);

    const { verdict, why, reason, statistics, tasks, trials, restarts } = expected.evaluation!;
    expect(status).toBe(expected.status);
    expect(evaluation).toMatchObject({ verdict, why, reason, statistics, tasks, trials, restarts });
    expect(await trialsOf(repository)).toEqual(await trialsOf(alone));
    expect({ repaid, lost }).toEqual({ repaid: 0, lost: 0 });
    expect(readdirSync(temporary.folder).sort()).toEqual(mine);
    expect(readdirSync(join(repository.folder, ".git/kira/slots"))).toEqual([]);
    expect(await repository.git("worktree", "list", "--porcelain")).not.toContain("kira-trial-");
    expect(existsSync(join(repository.folder, ".git/worktrees"))).toBe(false);
    expect(programsWith(calls)).toEqual([]);
    expect(await repository.git("fsck", "--no-dangling")).toBe("");
    const starts = startsIn(calls).length;
    console.log(
      `kills: ${killed}, trials: ${finished.size}, starts: ${starts}, paid twice: ${repaid}, lost: ${lost}`,
    );
  },
);

test.skipIf(!existsSync("/usr/bin/bwrap"))(
  "killed in the middle of a contained trial: the agent is gone at once, its folder with the next command",
  async () => {
    await using temporary = await aSpareFolder();
    vi.stubEnv("TMPDIR", temporary.folder);
    onTestFinished(() => void vi.unstubAllEnvs());
    const nap = `77.${process.pid}`;
    await using repository = await anAgentRepository({ "agent.sh": `setsid sleep ${nap} & sleep ${nap}\n` });
    await idea(repository, { "skills/lessons.md": "# Lessons\n\nBe careful.\n" }, "careful");
    const mine = readdirSync(temporary.folder).sort();
    const naps = () =>
      readdirSync("/proc").filter((pid) => {
        try {
          return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "latin1") === `sleep\0${nap}\0`;
        } catch {
          return false;
        }
      });
    const tool = start(repository.folder, {}, ["evaluate", "--proposal-id", "1"]);
    await expect.poll(() => naps().length, { timeout: 20_000 }).toBe(4); // two slots, two each
    tool.kill();
    await tool.ended;
    await expect.poll(naps, { timeout: 5_000 }).toEqual([]);
    expect(readdirSync(temporary.folder).length).toBe(mine.length + 2);
    await kira({ folder: repository.folder }, "status");
    expect(readdirSync(temporary.folder).sort()).toEqual(mine);
    expect(await repository.git("worktree", "list", "--porcelain")).not.toContain("kira-trial-");
    expect(readFileSync("/proc/self/mounts", "utf8")).not.toContain(temporary.folder);
  },
);
