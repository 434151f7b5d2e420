import { execa } from "execa";
import { expect, test } from "vitest";
import { createAgent } from "../../src/agents/index.ts";
import type { Ending } from "../../src/agents/contract.ts";
import { configSchema } from "../../src/domain/config.ts";

const attempt = {
  directory: "/place/trial",
  home: "/place/trial/home",
  prompt: "Sort the mail.",
  timeoutMs: 1000,
  seed: "seed-1",
};

function anAgent(settings: object = {}, inherited: Record<string, string> = { PATH: "/usr/bin:/bin" }) {
  const { agent } = configSchema.parse({ agent: { command: ["node", "agent.js"], ...settings } });
  return createAgent(agent, inherited);
}

/** How a program ended that printed "an answer", unless said otherwise. */
function ending(changes: Partial<Ending> = {}): Ending {
  const normal = { exitCode: 0, endedBy: null, timedOut: false, stdout: "an answer", stderr: "" };
  const rest = { truncated: false, endedAt: "2026-01-14T14:30:00.000Z", resultFile: undefined };
  return { ...normal, ...rest, ...changes };
}

test("an agent gets its prompt on standard input and is told where everything is", () => {
  const { command, stdin, environment } = anAgent().invoke(attempt);
  expect(command).toEqual(["node", "agent.js"]);
  expect(stdin).toBe("Sort the mail.");
  expect(environment).toMatchObject({
    KIRA_TASK_FILE: "/place/trial/.kira/prompt.txt",
    KIRA_WORKSPACE: "/place/trial",
    KIRA_RESULT_FILE: "/place/trial/.kira/result.json",
    KIRA_TRIAL_SEED: "seed-1",
  });
});

test("an agent gets the variables that were named, and none that was not", () => {
  const inherited = { PATH: "/usr/bin:/bin", TEAM: "blue", TOKEN: "secret", KIRA_TRIAL_SEED: "forged" };
  const { environment } = anAgent({ env: ["TEAM", "UNSET", "KIRA_TRIAL_SEED"] }, inherited).invoke(attempt);
  expect(environment["TEAM"]).toBe("blue");
  expect(environment["KIRA_TRIAL_SEED"]).toBe("seed-1");
  expect(Object.keys(environment)).not.toContain("UNSET");
  expect(JSON.stringify(environment)).not.toContain("secret");
});

test("an agent written for node finds the node that runs Kira", async () => {
  const { environment } = anAgent().invoke(attempt);
  const options = { env: environment, extendEnv: false };
  const { stdout } = await execa("sh", ["-c", "node -p process.execPath"], options);
  expect(stdout).toBe(process.execPath);
});

test("what an agent prints is its answer", () => {
  const answer = anAgent().read(ending());
  expect(answer).toEqual({
    ending: "finished",
    failed: false,
    text: "an answer",
    reason: "",
    retryAt: null,
    costUsd: 0,
    tokens: 0,
    model: null,
  });
});

test("an agent may leave a better answer, its costs and its model in the result file", () => {
  const resultFile = JSON.stringify({ text: "better", costUsd: 0.02, tokens: 1200, ok: true, model: "m-1" });
  const answer = anAgent().read(ending({ resultFile }));
  expect(answer).toMatchObject({ text: "better", costUsd: 0.02, tokens: 1200, model: "m-1", failed: false });
});

test.each([
  [
    "exits with 3",
    ending({ exitCode: 3, stderr: "first\nno such tool.\n" }),
    "The agent ended with 3: no such tool.",
  ],
  ["is killed", ending({ exitCode: null, endedBy: "SIGSEGV" }), "The agent ended with SIGSEGV."],
  ["says so itself", ending({ resultFile: '{"ok":false}' }), "The agent says that it failed."],
])("an agent that %s has failed, whatever it printed", (_, how, reason) => {
  expect(anAgent().read(how)).toMatchObject({ ending: "finished", failed: true, reason });
});

test("an agent that could not work is no failure of the configuration", () => {
  const answer = anAgent().read(ending({ exitCode: 75, stderr: "rate limit" }));
  expect(answer).toMatchObject({
    ending: "error",
    failed: false,
    reason: "The agent could not work: rate limit.",
  });
});

test("an agent whose quota is used up says so by its exit status, and when it can be tried again", () => {
  const answer = anAgent().read(
    ending({ exitCode: 75, stderr: "usage limit reached, try again in 2 hours" }),
  );
  expect(answer).toMatchObject({ ending: "error", retryAt: "2026-01-14T16:30:00.000Z" });
});

test("an agent that ran out of time is judged by what it left", () => {
  const answer = anAgent().read(ending({ exitCode: null, endedBy: "SIGKILL", timedOut: true }));
  expect(answer).toMatchObject({ ending: "timeout", failed: false, text: "an answer" });
});

test.each([
  ["not JSON", "{", "it is not JSON"],
  ["a wrong cost", '{"text":"forged","costUsd":-1}', "wrong are costUsd"],
  ["no object", "[]", "wrong are the whole"],
])("a result file with %s is ignored, and the reason says so", (_, resultFile, why) => {
  const answer = anAgent().read(ending({ resultFile }));
  expect(answer).toMatchObject({ ending: "finished", failed: false, text: "an answer", costUsd: 0 });
  expect(answer.reason).toContain(why);
});

test("what an agent writes to its error output cannot drive the terminal", () => {
  const { reason } = anAgent().read(ending({ exitCode: 1, stderr: "\u001b[2Jgone" }));
  expect(reason).not.toContain("\u001b");
});

test("an agent is another one when its command, variables or time change, and only then", () => {
  const { identity } = anAgent({ env: ["A", "B"] });
  expect(anAgent({ env: ["B", "A"] }, { PATH: "/elsewhere" }).identity).toBe(identity);
  for (const change of [{ command: ["node agent.js"] }, { env: ["A"] }, { timeoutSeconds: 61 }])
    expect(anAgent({ env: ["A", "B"], ...change }).identity).not.toBe(identity);
});

test("an agent without a command is refused with what to write", () => {
  expect(() => anAgent({ command: undefined })).toThrow("agent.command of .kira-improve.json");
});
