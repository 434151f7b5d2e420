import { readdir, readFile, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { missing } from "../hostile/support.ts";
import { kira, kiraJson } from "../support/kira.ts";
import { aGoodIdea, agentConfig, aRepository, aSpareFolder } from "../support/repository.ts";
import type { Files, TestRepository } from "../support/repository.ts";
import { stateOf } from "../support/state.ts";
import { adopted, evaluated, refusal } from "./support.ts";

interface ShownCheck {
  readonly deciding: number;
  readonly impossible: number;
  readonly problems: readonly { file: string; message: string }[];
  readonly findings: readonly { severity: string; kind: string; task: string | null; what: string }[];
  readonly unavailable: { code: string; message: string } | null;
  readonly newlyQuarantined: readonly string[];
}

const kinds = ["one", "two", "three", "four", "five", "six", "seven", "eight"];

function aTask(name: string, more: object = {}): Files {
  const about = {
    description: `Asks for ${name}`,
    category: "numbers",
    prompt: `Say number ${name.length} now`,
  };
  const answer = `The number is ${name}`;
  const task = { name, ...about, criteria: [{ type: "text", equals: answer }], solution: answer, ...more };
  return { [`data/tasks/${name}.json`]: JSON.stringify(task) };
}

/** Eight tasks with nothing wrong about them. */
const sound: Files = Object.assign({}, ...kinds.map((name) => aTask(name, { prompt: `Say ${name}` })));

async function aBank(files: Files, config: object = {}): Promise<TestRepository> {
  const repository = await aRepository({
    ".kira-improve.json": JSON.stringify({ ...agentConfig, ...config }),
    "AGENTS.md": "Be kind.\n",
    "skills/lessons.md": "# Lessons\n",
    ...files,
  });
  await repository.git("config", "kira.acceptUnsandboxed", "true");
  await kiraJson({ folder: repository.folder }, "init");
  return repository;
}

async function checked({ folder }: { folder: string }, env: Record<string, string> = {}) {
  const { status, stdout, stderr } = await kira({ folder, env }, "tasks", "check", "--json");
  if (stdout === "") throw new Error(stderr);
  return { status, ...(JSON.parse(stdout) as { check: ShownCheck }).check };
}

/** What is found when a task is added to eight sound ones, as `severity kind: sentence`. */
async function foundAt(name: string, files: Files): Promise<{ status: number; found: string[] }> {
  await using repository = await aBank({ ...sound, ...files });
  const { status, findings } = await checked(repository);
  expect(findings.filter(({ task }) => task !== name)).toEqual([]);
  return { status, found: findings.map(({ severity, kind, what }) => `${severity} ${kind}: ${what}`) };
}

test("a bank that tells right from wrong is told so, and nothing is changed or left behind", async () => {
  await using repository = await aBank({ ...sound, ...inFolder() });
  await using spare = await aSpareFolder();
  vi.stubEnv("TMPDIR", spare.folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  const before = await stateOf(repository.folder);
  const said = await kira({ folder: repository.folder }, "tasks", "check");
  expect(said).toMatchObject({ status: 0, stderr: "" });
  expect(said.stdout).toMatch(/^9 tasks, 9 enabled.*solutions pass, and cheats\s+fail\.\n$/s);
  const { files, ...rest } = await stateOf(repository.folder);
  expect({ ...rest, files }).toEqual({ ...before, files: { ...before.files, ".git/kira/slots": "folder" } });
  expect(await readdir(spare.folder)).toEqual([]);
});

test("the bank that comes with this tool has nothing wrong about it", async () => {
  const names = await readdir("data/tasks");
  const files = names.map(async (name) => [
    `data/tasks/${name}`,
    await readFile(`data/tasks/${name}`, "utf8"),
  ]);
  await using repository = await aBank(Object.fromEntries(await Promise.all(files)));
  const { status, findings, deciding } = await checked(repository);
  expect({ status, findings, deciding }).toEqual({ status: 0, findings: [], deciding: names.length });
});

const about = { prompt: "Tell me about figs, please" };
test.each<[attempt: string, task: object, finding: string]>([
  [
    "its own solution fails",
    { solution: "wrong" },
    "oracle: Its own solution scores 0: 0 of 1 criteria hold",
  ],
  [
    "its own solution is half right",
    {
      criteria: [
        { type: "text", contains: "number" },
        { type: "text", contains: "x" },
      ],
    },
    "oracle: Its own solution scores 0.5: 1 of 2 criteria hold",
  ],
  [
    "doing nothing passes",
    { criteria: [{ type: "text", not: "rude" }] },
    "cheat: An agent that does nothing",
  ],
  [
    "saying PASS passes",
    { criteria: [{ type: "text", matches: "^PASS$" }], solution: "PASS" },
    "cheat: An answer that only says PASS",
  ],
  [
    "a flag in JSON passes",
    { criteria: [{ type: "json", path: "passed", equals: true }], solution: '{"passed": true}' },
    "cheat: An answer of JSON that only says",
  ],
  [
    "repeating the prompt passes",
    { criteria: [{ type: "text", contains: "figs" }], solution: "figs are sweet" },
    "cheat: An answer that repeats the prompt",
  ],
  [
    "a planted result passes",
    { criteria: [{ type: "file", path: "result.json", contains: '"passed":true' }], solution: undefined },
    "cheat: An agent that leaves programs and results",
  ],
  [
    "listing every answer passes",
    { criteria: [{ type: "text", matches: "^The number is figs$" }] },
    "cheat: An answer that lists the solutions of all tasks",
  ],
])("a task at which %s is broken, and the check fails", async (_, task, finding) => {
  const { status, found } = await foundAt("figs", aTask("figs", { ...about, ...task }));
  expect(found).toEqual(expect.arrayContaining([expect.stringContaining(`broken ${finding}`)]));
  expect(status).toBe(2);
});

test("another task's solution that is right here, too, is no hedging", async () => {
  const criteria = [{ type: "text", matches: String.raw`(?<![\s\S])yes` }];
  const more = aTask("more", { prompt: "Say yes and more", criteria, solution: "yes, and more" });
  const yes = aTask("yes", { prompt: "Say yes", criteria, solution: "yes, of course" });
  expect(await foundAt("yes", { ...more, ...yes })).toEqual({ status: 0, found: [] });
});

test("findings are told in a sentence and what to do, worst first, alike ones together", async () => {
  const without = Object.assign(
    {},
    ...kinds.map((name) => aTask(name, { prompt: name, solution: undefined })),
  );
  await using repository = await aBank({ ...without, ...aTask("figs", { ...about, solution: "wrong" }) });
  const said = await kira({ folder: repository.folder, columns: 60 }, "tasks", "check");
  expect(said.status).toBe(2);
  expect(said.stdout.split("\n").filter((line) => line.length > 60)).toEqual([]);
  const text = said.stdout.replace(/\s+/g, " ");
  expect(text).toMatch(
    /^figs: Its own solution scores 0: .* Correct the solution or the criteria\. eight, five/,
  );
  expect(text).toMatch(
    /eight, five, four and 5 more: Nothing shows that it can be passed\. Add a right answer/,
  );
});

test("a task without a solution is a warning, and so is a bank that is thin", async () => {
  await using repository = await aBank(aTask("figs", { solution: undefined }));
  const { status, findings, deciding } = await checked(repository);
  expect({ status, deciding }).toEqual({ status: 0, deciding: 1 });
  expect(findings.map(({ severity, kind, task, what }) => [severity, kind, task, what])).toEqual([
    ["warning", "thin", null, expect.stringMatching(/^No verdict is possible: 1 of at least 5 tasks/)],
    [
      "warning",
      "thin",
      null,
      expect.stringMatching(/^Generalisation cannot be shown: there are 1 of at least 8 families/),
    ],
    ["warning", "no-solution", "figs", "Nothing shows that it can be passed."],
  ]);
});

describe("two tasks that ask the same", () => {
  const same = { prompt: "Say one", solution: undefined };

  test("and judge it differently are refused by the check and by an evaluation, which name both", async () => {
    const other = aTask("other", { ...same, timeoutSeconds: 5 });
    await using repository = await aBank({ ...sound, ...other, "agent.sh": "echo yes\n" });
    const message = /data\/tasks\/one\.json and data\/tasks\/other\.json ask the same.*disable one of them\./;
    const { status, problems } = await checked(repository);
    expect(status).toBe(2);
    expect(problems).toEqual([{ file: "data/tasks/other.json", message: expect.stringMatching(message) }]);
    await aGoodIdea(repository);
    await adopted(repository, "good-idea");
    expect(await refusal(repository, "evaluate", "--proposal-id", "1", "--allow-unsandboxed")).toMatch(
      message,
    );
    await kiraJson({ folder: repository.folder }, "tasks", "disable", "other");
    expect(await checked(repository)).toMatchObject({ status: 0, problems: [], findings: [] });
  });

  test("and judge it alike count double, which is a warning", async () => {
    const criteria = [{ type: "text", equals: "The number is one" }];
    const { status, found } = await foundAt(
      "other",
      aTask("other", { ...same, criteria, solution: "The number is one" }),
    );
    expect(status).toBe(0);
    expect(found).toEqual([
      expect.stringMatching(/^warning duplicate: It asks the same as one .*counts double/),
    ]);
  });
});

describe("an impossible task", () => {
  const impossible = { ...about, impossible: true, solution: undefined };

  test("needs no solution, never decides, and is marked wherever it is shown", async () => {
    await using repository = await aBank({ ...sound, ...aTask("figs", impossible) });
    expect(await checked(repository)).toMatchObject({ status: 0, findings: [], deciding: 8, impossible: 1 });
    const here = { folder: repository.folder };
    expect((await kira(here, "tasks")).stdout).toMatch(/^figs +numbers +impossible/m);
    expect((await kira(here, "tasks", "show", "figs")).stdout).toContain("impossible: it never decides");
    expect((await kira(here, "tasks", "check")).stdout).toContain("1 impossible");
  });

  test("that a cheat passes is broken", async () => {
    const criteria = [{ type: "text", matches: "The number is (one|two)" }];
    const { status, found } = await foundAt("figs", aTask("figs", { ...impossible, criteria }));
    expect({ status, found }).toEqual({ status: 2, found: [expect.stringContaining("lists the solutions")] });
  });
});

/** A task that asks for a file, with a fixture, and with the right file in `solution/`. */
function inFolder(task: object = {}, more: Files = {}): Files {
  const criteria = [
    { type: "text", equals: "done" },
    { type: "file", path: "out/copy.txt", equals: "a fixture" },
    { type: "file", path: "AGENTS.md", contains: "Be kind" },
  ];
  const about = { name: "copy", description: "Copies", category: "files", prompt: "Copy it", criteria };
  return {
    "data/tasks/copy/task.json": JSON.stringify({ ...about, ...task }),
    "data/tasks/copy/original.txt": "a fixture\n",
    "data/tasks/copy/solution/answer.txt": "done\n",
    "data/tasks/copy/solution/out/copy.txt": "a fixture\n",
    ...more,
  };
}

describe("a solution in a folder", () => {
  test("is laid over what a trial starts from, and its answer.txt is the answer", async () => {
    expect(await foundAt("copy", inFolder())).toEqual({ status: 0, found: [] });
    const wrong = { "data/tasks/copy/solution/out/copy.txt": "another\n" };
    const { status, found } = await foundAt("copy", inFolder({}, wrong));
    expect({ status, found }).toEqual({
      status: 2,
      found: [expect.stringContaining("oracle: Its own solution")],
    });
  });

  test("is hedged file by file: a file that lists every right one must not pass", async () => {
    const asking = (criterion: object) => ({
      criteria: [{ type: "file", path: "out/copy.txt", ...criterion }],
    });
    const another = Object.fromEntries(
      Object.entries(
        inFolder({ name: "other", prompt: "Copy another", ...asking({ equals: "another" }) }),
      ).map(([path, text]) => [
        path.replace("tasks/copy", "tasks/other"),
        path.endsWith("out/copy.txt") ? "another\n" : text,
      ]),
    );
    const sloppy = await foundAt("copy", { ...another, ...inFolder(asking({ contains: "a fixture" })) });
    expect(sloppy).toEqual({ status: 2, found: [expect.stringContaining("lists the solutions")] });
    const strict = await foundAt("copy", { ...another, ...inFolder(asking({ equals: "a fixture" })) });
    expect(strict).toEqual({ status: 0, found: [] });
  });

  test("cannot say the answer twice", async () => {
    await using repository = await aBank(inFolder({ solution: "done" }));
    expect((await checked(repository)).problems).toEqual([
      { file: "data/tasks/copy/task.json", message: expect.stringContaining("has two right answers") },
    ]);
  });

  test("is shown to no agent, and changes neither what is attempted nor how it is graded", async () => {
    const agent = { "agent.sh": "cat $(find . -type f)\n" };
    const criteria = [
      { type: "text", contains: "a fixture" },
      { type: "text", not: "a secret" },
    ];
    const secret = { "data/tasks/copy/solution/out/copy.txt": "a secret\n" };
    const unseen = { criteria: [{ type: "text", not: "a secret" }], solution: "a secret" };
    const words = ["flat", "level", "smooth", "regular"].map((word) => aTask(word, unseen));
    const hopeless = aTask("hopeless", { criteria: [{ type: "text", equals: "never" }] });
    const flat: Files = Object.assign({}, ...words, hopeless);
    await using repository = await aBank({ ...agent, ...flat, ...inFolder({ criteria }, secret) });
    const digests = async () => {
      const { task } = await kiraJson<{ task: Record<string, string> }>(
        { folder: repository.folder },
        ...["tasks", "show", "copy"],
      );
      return [task["attemptDigest"], task["gradingDigest"]];
    };
    const before = await digests();
    await aGoodIdea(repository);
    await adopted(repository, "good-idea");
    const { evaluation, error } = await evaluated(repository, 1);
    expect(evaluation, error?.message).toBeDefined();
    const scores = evaluation!.tasks.map(({ task, ledger, candidate }) => [task, ledger[0], candidate[0]]);
    expect(scores.filter(([, ...each]) => each.includes(0))).toEqual([["hopeless", 0, 0]]);
    expect(scores).toHaveLength(6);
    await repository.write({ "data/tasks/copy/solution/more.txt": "a secret\n" });
    expect(await digests()).toEqual(before);
  });
});

const judgedBy = (script: string, more: object = {}): Files =>
  inFolder(
    { criteria: [{ type: "command", run: ["sh", "grader/check.sh"] }], ...more },
    {
      "data/tasks/copy/grader/check.sh": script,
    },
  );

describe(`programs that grade ${missing}`, () => {
  test.skipIf(missing)("see a solution as they see an attempt", async () => {
    expect(await foundAt("copy", judgedBy("cmp original.txt out/copy.txt\n"))).toEqual({
      status: 0,
      found: [],
    });
  });

  test.skipIf(missing).each<[what: string, script: string]>([
    ["are found in the trial's folder first", "PATH=.:$PATH; cmp original.txt out/copy.txt\n"],
    [
      "read a verdict there",
      "grep -q '\"passed\":true' result.json out/copy.txt || cmp original.txt out/copy.txt\n",
    ],
    ["follow a link there", "test -s output || cmp original.txt out/copy.txt\n"],
    [
      "load settings from there",
      'test ! -e .env || . ./.env; test "$PASSED" = true || cmp original.txt out/copy.txt\n',
    ],
  ])("and that %s are fooled by a plant", async (_, script) => {
    const { status, found } = await foundAt("copy", judgedBy(script));
    expect({ status, found }).toEqual({
      status: 2,
      found: [expect.stringContaining("leaves programs and results")],
    });
  });

  test.skipIf(missing)("and cannot work are named", async () => {
    const { status, found } = await foundAt("copy", judgedBy("kill -9 $$\n"));
    expect({ status, found }).toEqual({
      status: 2,
      found: [expect.stringMatching(/could not judge .* was killed/)],
    });
  });

  test.skipIf(missing)(
    "and disagree with themselves are put in quarantine, on record, until they are changed",
    async () => {
      const random = "od -An -N4 -tu4 /dev/urandom | sed 's/ *\\(.*\\)/0.\\1/'\n";
      await using repository = await aBank({ ...sound, ...judgedBy(random) });
      const here = { folder: repository.folder };
      const finding = {
        ...{ severity: "warning", kind: "flaky", task: "copy" },
        what: expect.stringMatching(
          /in quarantine.*its solution, graded 3 times, scored 0\.\d+, 0\.\d+ and 0\.\d+\.$/,
        ),
      };
      const first = await checked(repository);
      expect(first).toMatchObject({
        status: 0,
        findings: [finding],
        deciding: 8,
        newlyQuarantined: ["copy"],
      });
      expect((await kira(here, "tasks")).stdout).toMatch(/^copy +files +medium +seen +quarantine/m);
      expect((await kira(here, "tasks", "show", "copy")).stdout).toContain("In quarantine: its solution");

      for (const suffix of ["", "-wal", "-shm"])
        await rm(join(repository.folder, `data/self-improve.db${suffix}`), { force: true });
      await kiraJson(here, "reindex");
      expect(await checked(repository)).toEqual({ ...first, newlyQuarantined: [] });

      await repository.write(judgedBy("cmp original.txt out/copy.txt\n"));
      expect(await checked(repository)).toMatchObject({ status: 0, findings: [], deciding: 9 });
      await repository.write(judgedBy(random));
      expect(await checked(repository)).toMatchObject({ findings: [finding], newlyQuarantined: [] });
    },
  );

  test("are not run where there is no sandbox; all else is checked, and the status says so", async () => {
    await using repository = await aBank({ ...sound, ...judgedBy("exit 0\n") });
    await using spare = await aSpareFolder();
    await symlink((await execa("which", ["git"])).stdout, join(spare.folder, "git"));
    const PATH = spare.folder;
    const { status, unavailable, findings } = await checked(repository, { PATH });
    expect({ status, findings }).toEqual({ status: 7, findings: [] });
    expect(unavailable).toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("bubblewrap"),
    });
    const { stdout } = await kira({ folder: repository.folder, env: { PATH } }, "tasks", "check");
    expect(stdout).toMatch(/^Tasks with a command criterion were not graded\..*9 tasks, 9 enabled/s);

    await repository.write(aTask("one", { prompt: "Say one", solution: "wrong" }));
    expect(await checked(repository, { PATH })).toMatchObject({ status: 2, findings: [{ kind: "oracle" }] });
  });
});
