import { describe, expect, test } from "vitest";
import { kira, kiraJson } from "../support/kira.ts";
import { agentConfig, anAgentRepository, aTask, type TestRepository } from "../support/repository.ts";
import { aModelServer } from "../support/providers/model-server.ts";
import { anAnswer } from "../support/scripted-model.ts";
import { configWith, failuresAbout, refusal } from "./support.ts";

interface Cycle {
  readonly reason: string;
  readonly attempts: readonly {
    readonly outcome: string;
    readonly reason: string;
    readonly proposal: { readonly id: number; readonly parent: string } | null;
    readonly evaluation: { readonly verdict: string } | null;
  }[];
}

const run = async ({ folder }: TestRepository, ...args: string[]) =>
  (await kiraJson<{ cycle: Cycle }>({ folder }, "run", "--allow-unsandboxed", ...args)).cycle;

const lessonsOnly = configWith({ propose: { ...agentConfig.propose, knobs: [] } });

/** A bank of which seven tasks ask for one and the same thing that the agent does not know. */
const hungryForDates = Object.assign(
  {},
  ...["dates", "eggs", "figs", "grapes", "honey", "ice", "jam"].map((word) =>
    aTask(word, { prompt: `With ${word}: do you know dates` }),
  ),
);

describe("with nothing to learn it stops and says why", () => {
  test("no outcomes", async () => {
    await using repository = await anAgentRepository();
    expect(await run(repository)).toMatchObject({
      attempts: [],
      reason: expect.stringMatching(/^Nothing was logged/),
    });
  });

  test("failures that are not alike", async () => {
    await using repository = await anAgentRepository();
    await failuresAbout(repository, "dates", 2);
    expect((await run(repository)).reason).toMatch(/^2 of 17 outcomes failed, and no 3 of them alike/);
  });

  test("no idea", async () => {
    const knobs = [{ file: "settings.json", path: "tries", values: [1, 2] }];
    await using repository = await anAgentRepository(configWith({ propose: { model: "offline", knobs } }));
    await failuresAbout(repository, "dates");
    await run(repository); // tries the only other value
    const { attempts, reason } = await run(repository);
    expect(attempts[0]).toMatchObject({ outcome: "no idea", proposal: null });
    expect(reason).toBe("No pattern led to a proposal.");
  });
});

test("what helps is merged, archived, and in the agent's files", async () => {
  await using repository = await anAgentRepository({ ...lessonsOnly, ...hungryForDates });
  await failuresAbout(repository, "dates", 12);
  const { attempts } = await run(repository);
  expect(
    attempts.filter(({ outcome }) => outcome === "merged").length,
    JSON.stringify(attempts),
  ).toBeGreaterThan(0);
  expect(await repository.git("describe", "--match", "kira/archive/*", "main")).toMatch(
    /^kira\/archive\/000[1-9]$/,
  );
  expect(await repository.git("status", "--porcelain")).toBe("");
  expect(await repository.git("fsck", "--strict")).toBe("");
  const { stdout } = await kira({ folder: repository.folder }, "archive", "--list");
  expect(stdout).toMatch(/@ kira\/archive\/000[1-9].*score/);
});

test("what does not help is not merged, and production stays where it is", async () => {
  await using repository = await anAgentRepository(
    configWith({ propose: { model: "offline", knobs: agentConfig.propose.knobs } }),
  );
  await failuresAbout(repository, "dates");
  const head = await repository.git("rev-parse", "main");
  const { attempts, reason } = await run(repository, "--proposals", "1");
  expect(attempts).toMatchObject([
    { outcome: expect.stringMatching(/refused|undecided/), proposal: { id: 1 } },
  ]);
  expect(reason).toBe("The limit of 1 proposals a cycle was reached.");
  expect(await repository.git("rev-parse", "main")).toBe(head);
});

test("together, each grows from the one before, and the verdict on the last is theirs", async () => {
  await using repository = await anAgentRepository(lessonsOnly);
  for (const word of ["dates", "eggs", "figs"]) await failuresAbout(repository, word, 12);
  const { attempts } = await run(repository, "--together", "--proposals", "3");
  const made = attempts.filter(({ proposal }) => proposal);
  expect(made.length, JSON.stringify(attempts)).toBeGreaterThan(1);
  const commits = await Promise.all(
    made.map(({ proposal }) => repository.git("rev-parse", `refs/kira/ids/${proposal!.id}`)),
  );
  expect(made.slice(1).map(({ proposal }) => proposal!.parent)).toEqual(commits.slice(0, -1));
  expect(made.filter(({ evaluation }) => evaluation)).toHaveLength(1);
  expect(made.slice(0, -1).every(({ outcome }) => outcome === "part of the next")).toBe(true);
});

test("an error on the way does not hide what had been done by then", async () => {
  const edits = [{ kind: "write", path: "skills/lessons.md", content: "# Lessons\n\n- Be thorough.\n" }];
  const script = (_: unknown, count: number) =>
    count === 0 ? anAnswer({ edits }) : { status: 401, message: "revoked" };
  await using server = await aModelServer("ollama", { models: ["tiny:1b"], script });
  await using repository = await anAgentRepository();
  for (const word of ["dates", "eggs"]) await failuresAbout(repository, word, 12);
  const standing = { folder: repository.folder, env: { OLLAMA_HOST: server.url } };
  const said = await kira(standing, "run", "--allow-unsandboxed", "--model", "tiny:1b");
  expect(said.status).toBe(7);
  expect(said.stderr).toMatch(/"revoked".* What was done before stands: proposal 1 \(refused\)\.\n$/);
});

test("a run says who proposed what, what that took, and how to undo it", async () => {
  const edits = [
    {
      kind: "write",
      path: "skills/lessons.md",
      content: "# Lessons\n\n- dates eggs figs grapes honey ice jam\n",
    },
  ];
  await using server = await aModelServer("ollama", {
    models: ["tiny:1b"],
    script: () => anAnswer({ edits }),
  });
  await using repository = await anAgentRepository();
  await failuresAbout(repository, "dates", 12);
  const standing = { folder: repository.folder, env: { OLLAMA_HOST: server.url } };
  const args = ["run", "--allow-unsandboxed", "--model", "tiny:1b", "--proposals", "1"];
  const { stdout } = await kira(standing, ...args);
  expect(stdout).toMatch(/\n {2}from ollama:tiny:1b \(1 answer, 46 tokens, \d+\.\d s, free\)\n {2}MERGED/);
  expect(stdout).toMatch(/\n\nUndo it with: kira-improve archive --rollback 0\n$/);
});

test("an empty task bank is said before anything is proposed", async () => {
  await using repository = await anAgentRepository(configWith({ tasks: "data/none" }));
  await failuresAbout(repository, "dates");
  expect(await refusal(repository, "run", "--allow-unsandboxed")).toMatch(
    /^2 There are no tasks in data\/none/,
  );
  expect(await repository.git("branch", "--list", "kira/*")).toBe("");
});
