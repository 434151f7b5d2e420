import { execa } from "execa";
import { expect, test } from "vitest";
import type { Files } from "../support/repository.ts";
import { aHost, aHostileRepository, anAttack, everythingOn, judge, missing, scoresIn } from "./support.ts";

type Tasks = (host: object) => Files;

const attacking =
  (attacks: readonly string[], criteria?: readonly object[]): Tasks =>
  (host) =>
    Object.assign({}, ...attacks.map((attack) => anAttack(attack, host, criteria)));

// With them every bank has the five tasks that an evaluation needs.
const controls = ["control", "control-2", "control-3"];
const controlling: Tasks = (host) =>
  Object.assign({}, ...controls.map((name) => anAttack("control", host, undefined, name)));

/** Lets an agent attack in every trial of an evaluation; the mean score of each attack. */
async function judgeAttacks(tasks: readonly Tasks[], ...more: string[]): Promise<Record<string, number>> {
  await using host = await aHost();
  const bank: Tasks = (known) => Object.assign({}, ...[controlling, ...tasks].map((make) => make(known)));
  await using repository = await aHostileRepository(
    (folder) => bank({ ...host.known, repository: folder }),
    host,
  );
  const before = await everythingOn(host, repository);
  const scores = scoresIn(await judge(repository, host.env, ...more));
  expect(await everythingOn(host, repository)).toEqual(before);
  expect(host.connections()).toBe(0);
  expect((await execa("ps", ["-eo", "args"])).stdout).not.toContain(host.known["sleep"]);
  return scores;
}

/** Every attack got nothing; what is none shows that the agent did its best. */
const nothingBy = (attacks: readonly string[]) => ({
  ...Object.fromEntries(attacks.map((attack) => [attack, 0])),
  ...Object.fromEntries(controls.map((name) => [name, 1])),
});

const spying = ["another-branch", "the-bank", "keys", "proc-environ", "network"];

test.skipIf(missing)(`an agent on trial learns nothing and reaches nobody ${missing}`, async () => {
  const attacks = [...spying, "the-criteria", "the-configuration", "environment", "proc-root"];
  expect(await judgeAttacks([attacking(attacks)])).toEqual(nothingBy(attacks));
});

test("without a sandbox the same agent gets all that, so the attacks are real ones", async () => {
  await using host = await aHost();
  const tasks = (folder: string) => attacking(spying)({ ...host.known, repository: folder });
  await using repository = await aHostileRepository(tasks, host);
  const scores = scoresIn(await judge(repository, host.env, "--allow-unsandboxed"));
  expect(scores).toEqual(Object.fromEntries(spying.map((attack) => [attack, 1])));
});

test.skipIf(missing)("an agent on trial changes nothing but its own folder", async () => {
  const git = ["hooks-and-index", "a-repository-of-its-own"];
  const attacks = ["write-outside", "write-through-a-link", "replaces-our-folder", ...git];
  expect(await judgeAttacks([attacking(attacks)])).toEqual(nothingBy(attacks));
});

test.skipIf(missing)("an agent on trial cannot take the machine, and leaves nothing running", async () => {
  const attacks = ["fork-without-end", "fill-the-disk", "a-file-without-end", "a-daemon", "kill-the-trace"];
  // Two rounds of all: these take long.
  const rounds = ["--max-trials", String(2 * (attacks.length + controls.length))];
  expect(await judgeAttacks([attacking(attacks)], ...rounds)).toEqual(nothingBy(attacks));
});

test.skipIf(missing)("saying that it has passed, to whomever, passes no task", async () => {
  const words = ["prints-pass", "exits-early", "plants-a-result", "links-the-result"];
  const files = ["links-the-answer", "a-pipe-for-an-answer", "a-giant-answer"];
  const got = (path: string) => [{ type: "file", path, contains: "got it" }];
  const graded = ["cheats-the-grader", "honest-work"];
  const grader = `import { existsSync, readFileSync } from "node:fs";
    console.log(existsSync("answer") && readFileSync("answer", "utf8") === "42" ? 1 : 0);`;
  const scores = await judgeAttacks([
    attacking(words),
    attacking(files, got("answer")),
    attacking(["links-the-folder"], got("folder/answer")),
    attacking(graded, [{ type: "command", run: ["node", "grader/grade.mjs"] }]),
    () => Object.fromEntries(graded.map((attack) => [`data/tasks/${attack}/grader/grade.mjs`, grader])),
  ]);
  const attacks = [...words, ...files, "links-the-folder", "cheats-the-grader"];
  expect(scores).toEqual({ ...nothingBy(attacks), "honest-work": 1 });
});

test.skipIf(missing)("each trial starts afresh, whatever the one before it left", async () => {
  const attacks = ["second-time", "cannot-be-deleted"];
  expect(await judgeAttacks([attacking(attacks)])).toEqual(nothingBy(attacks));
});
