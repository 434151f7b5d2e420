import { expect, test } from "vitest";
import type { Evaluation } from "../../src/domain/evaluation.ts";
import { kira, type Said } from "../support/kira.ts";
import {
  agentConfig,
  anAgent,
  aGoodIdea,
  anAgentRepository,
  type Files,
  type TestRepository,
} from "../support/repository.ts";

/** A repository whose agent is this command line, with a proposal that waits to be judged. */
async function withAgent(
  command: readonly string[],
  more: object = {},
  files: Files = {},
): Promise<TestRepository> {
  const config = { ...agentConfig, agent: { ...agentConfig.agent, command, ...more } };
  const repository = await anAgentRepository({ ".kira-improve.json": JSON.stringify(config), ...files });
  await aGoodIdea(repository);
  await kira({ folder: repository.folder }, "propose", "--from", "good-idea");
  return repository;
}

const evaluate = ({ folder }: TestRepository, ...more: string[]): Promise<Said> =>
  kira({ folder }, "evaluate", "--proposal-id", "1", "--allow-unsandboxed", ...more);
/** Whether it mends one failure is asked with three attempts first, all at this task. */
const oneTask = ["--claim", "fix", "--fixes", "knows-apple"];

async function judged(repository: TestRepository): Promise<Evaluation> {
  const { stdout, stderr } = await evaluate(repository, ...oneTask, "--json");
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout).evaluation;
}

async function expectNoVerdict(repository: TestRepository, said: Said, status: number): Promise<void> {
  expect(said).toMatchObject({ status, stdout: "" });
  const { stdout } = await kira({ folder: repository.folder }, "proposals", "--show", "1", "--json");
  const { proposal, evaluations } = JSON.parse(stdout);
  expect(evaluations).toEqual([]);
  expect(proposal.status).not.toBe("rejected");
  expect(await repository.git("worktree", "list", "--porcelain")).not.toContain("kira-trial-");
}

test("an agent that is not there is a fault of the machine, not of the proposal", async () => {
  await using repository = await withAgent(["no-such-agent"]);
  const said = await evaluate(repository);
  expect(said.stderr).toMatch(
    /The program "no-such-agent" cannot be started.*Install it, or correct the command/,
  );
  await expectNoVerdict(repository, said, 7);
});

test("an agent that is not there is found missing inside the sandbox, too", async () => {
  await using repository = await withAgent(["no-such-agent"]);
  const { folder } = repository;
  const said = await kira({ folder }, "evaluate", "--proposal-id", "1");
  expect(said.stderr).toMatch(/The program "no-such-agent" is not to be found inside the sandbox/);
  await expectNoVerdict(repository, said, 7);
});

test("an agent that was never named is a matter of the configuration", async () => {
  const config = JSON.stringify({ ...agentConfig, agent: {} });
  await using repository = await anAgentRepository({ ".kira-improve.json": config });
  await aGoodIdea(repository);
  await kira({ folder: repository.folder }, "propose", "--from", "good-idea");
  const said = await evaluate(repository);
  expect(said.stderr).toContain("The agent has no command. Name the program");
  await expectNoVerdict(repository, said, 2);
});

test("an agent that cannot work, by its own word, gives no verdict", async () => {
  await using repository = await withAgent(["sh", "-c", "echo no credit >&2; exit 75"]);
  const said = await evaluate(repository, ...oneTask);
  expect(said.stderr).toMatch(/There is no verdict: .* not the agent's .*no credit.*run the same command/);
  await expectNoVerdict(repository, said, 7);
});

const allOff: Files = Object.fromEntries(
  Object.entries(anAgent())
    .filter(([path]) => path.startsWith("data/tasks/"))
    .map(([path, text]) => [path, JSON.stringify({ ...JSON.parse(text), enabled: false })]),
);

test.each<[what: string, command: string, more: object]>([
  ["hangs", "sleep 600", { timeoutSeconds: 0.3 }],
  ["hangs and leaves a child that hangs", "sleep 600 & sleep 600", { timeoutSeconds: 0.3 }],
  ["dies by a signal", "kill -SEGV $$", {}],
  ["prints a gigabyte of complaints", "head -c 1000000000 /dev/zero >&2; exit 1", {}],
])("an agent that %s has failed its task, and the evaluation ends", async (_, command, more) => {
  await using repository = await withAgent(["sh", "-c", command], more);
  const { verdict, baselineScore, modifiedScore, errors, tasks } = await judged(repository);
  expect({ baselineScore, modifiedScore }).toEqual({ baselineScore: 0, modifiedScore: 0 });
  expect(verdict).not.toBe("improved");
  expect(errors).toEqual({ baseline: 0, candidate: 0 });
  expect(tasks.find(({ task }) => task === "knows-apple")).toMatchObject({ candidate: [0, 0, 0] });
});

test("an agent that prints a gigabyte has failed its task, and we do not grow by one", async () => {
  await using repository = await withAgent(["sh", "-c", "head -c 1000000000 /dev/zero"]);
  const before = process.memoryUsage().rss;
  expect(await judged(repository)).toMatchObject({ modifiedScore: 0, trials: 3 });
  expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
});

test("an empty task bank is refused before anything runs, and run makes no proposal for it", async () => {
  await using repository = await anAgentRepository();
  await repository.git("rm", "--quiet", "-r", "data/tasks");
  await repository.git("commit", "--quiet", "--message=no tasks");
  await aGoodIdea(repository);
  const here = { folder: repository.folder };
  await kira(here, "propose", "--from", "good-idea");
  const message = /There are no tasks in data\/tasks on main\. Write some.*tasks add --from-outcome/;
  const said = await evaluate(repository);
  expect(said.stderr).toMatch(message);
  await expectNoVerdict(repository, said, 2);

  const stdin = ["a", "b", "c"]
    .map((task) => `{"task":"find figs ${task}","outcome":"failure","category":"food"}\n`)
    .join("");
  await kira({ ...here, stdin }, "log", "--stdin");
  const run = await kira(here, "run");
  expect(run).toMatchObject({ status: 2, stdout: "" });
  expect(run.stderr).toMatch(message);
  expect((await kira(here, "status")).stdout).toContain("No analysis yet.");
});

test("a bank in which no task is enabled is as good as empty", async () => {
  await using repository = await withAgent(["true"], {}, allOff);
  const said = await evaluate(repository);
  expect(said.stderr).toMatch(/no task.*enable/i);
  await expectNoVerdict(repository, said, 2);
});

test.each<[what: string, text: string, message: RegExp]>([
  ["that is no JSON", "{", /data\/tasks\/knows-jam\.json.*JSON/],
  [
    "with another name inside",
    allOff["data/tasks/knows-ice.json"]!,
    /knows-jam\.json calls itself "knows-ice"/,
  ],
  [
    "with a criterion that is none",
    allOff["data/tasks/knows-jam.json"]!.replace('"text"', '"vibes"'),
    /knows-jam\.json.*criteria/,
  ],
])("a task file %s is named, and nothing runs", async (_, text, message) => {
  await using repository = await withAgent(["true"], {}, { "data/tasks/knows-jam.json": text });
  const said = await evaluate(repository);
  expect(said.stderr).toMatch(message);
  await expectNoVerdict(repository, said, 2);
  const check = await kira({ folder: repository.folder }, "tasks", "check");
  expect(check.status).toBe(2);
  expect(check.stdout).toMatch(message);
  expect(check.stdout).toContain("9 tasks, 9 enabled");
});
