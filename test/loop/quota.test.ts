import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { evaluate } from "../../src/loop/evaluate.ts";
import { openWorkspace } from "../../src/workspace.ts";
import { missing } from "../hostile/support.ts";
import { aGoodIdea, anAgentRepository, aSpareFolder, type TestRepository } from "../support/repository.ts";
import { kira } from "../support/kira.ts";
import { adopted, configWith, evaluated, journalOf } from "./support.ts";

const agent = { use: "claude-code", timeoutSeconds: 20, env: ["KIRA_SPARE"] };

/** Knows what is written down. It fails as the file `limit` says, from the call on that the file `from` names. */
const program = `#!/bin/sh
here="\${KIRA_SPARE:-/tmp}"
if [ "$1" = --version ]; then cat "\${0%/*}/version"; exit 0; fi
echo x >>"$here/calls"
calls=$(($(wc -l <"$here/calls")))
if [ -s "$here/limit" ] && [ "$calls" -ge "$(cat "$here/from")" ] && [ "$calls" -le "$(cat "$here/to")" ]; then
  echo x >>"$here/refused"
  printf '{"type":"result","subtype":"success","is_error":true,"api_error_status":429,"result":"%s"}\\n' "$(cat "$here/limit")"
  exit 1
fi
prompt=$(cat)
if grep -qw "\${prompt##* }" AGENTS.md skills/lessons.md; then answer=yes; else answer=no; fi
printf '{"result":"%s","is_error":false,"subtype":"success","type":"result","total_cost_usd":0.01}\\n' "$answer"
`;

interface Place extends AsyncDisposable {
  readonly repository: TestRepository;
  readonly env: Readonly<Record<string, string>>;
  readonly bin: string;
  /** Calls from one to another end with these words. */
  limited(words: string, from?: number, to?: number): Promise<void>;
  calls(): Promise<number>;
  /** Calls that ended so. */
  refused(): Promise<number>;
  trials(): Promise<number>;
}

/** A repository whose agent is a stand-in for Claude Code, with an idea that waits to be judged. */
async function aPlace(changes: (bin: string) => object = () => ({})): Promise<Place> {
  const spare = await aSpareFolder();
  const bin = join(spare.folder, "bin");
  const repository = await anAgentRepository(
    configWith({ agent: { ...agent, ...changes(bin) }, evaluate: { concurrency: 2 } }),
  );
  await mkdir(bin);
  await writeFile(join(bin, "claude"), program);
  await chmod(join(bin, "claude"), 0o755);
  await writeFile(join(bin, "version"), "2.0.14 (Claude Code)\n");
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  const text = (name: string) => readFile(join(spare.folder, name), "utf8").catch(() => "");
  return {
    repository,
    bin,
    env: {
      PATH: `${bin}:${process.env["PATH"]}`,
      KIRA_SPARE: spare.folder,
      KIRA_NOW: "2026-01-14T14:30:00.000Z",
    },
    async limited(words, from = 5, to = 6) {
      await writeFile(join(spare.folder, "limit"), words);
      await writeFile(join(spare.folder, "from"), String(from));
      await writeFile(join(spare.folder, "to"), String(to));
    },
    calls: async () => (await text("calls")).length / 2,
    refused: async () => (await text("refused")).length / 2,
    trials: async () => (await journalOf(repository)).match(/"kind":"trial"/g)?.length ?? 0,
    async [Symbol.asyncDispose]() {
      await repository[Symbol.asyncDispose]();
      await spare[Symbol.asyncDispose]();
    },
  };
}

const evaluation = ["evaluate", "--proposal-id", "1", "--allow-unsandboxed"];

test("a quota that is used up is waited for, and nothing that it stopped counts as a failure", async () => {
  await using place = await aPlace();
  await place.limited("You've hit your limit · resets 4:30pm (UTC)");
  const { repository, env } = place;
  const { status, stderr, stdout } = await kira({ folder: repository.folder, env }, ...evaluation, "--json");
  expect(stderr).toMatch(
    /Waiting about 2 hours, from 2026-01-14 14:30 UTC until 2026-01-14 16:30 UTC: claude-code could not work: You've hit your limit/,
  );
  expect(stderr.match(/Waiting/g)!.length).toBeLessThanOrEqual(await place.refused());
  expect(status).toBe(0);
  const { evaluation: judged } = JSON.parse(stdout);
  expect(judged).toMatchObject({ verdict: "improved", errors: { baseline: 0, candidate: 0 } });
  expect(await place.calls()).toBe((await place.trials()) + (await place.refused()));
});

test.each<[what: string, words: string, limits: string[], until: string]>([
  ["comes back too late", "usage limit reached, try again in 3 days", [], "2026-01-17 14:30 UTC"],
  [
    "comes back after the time there is",
    "limit reached, resets 5pm (UTC)",
    ["--max-minutes", "60"],
    "2026-01-14 17:00 UTC",
  ],
])(
  "where a quota %s, nothing is judged or lost, and it says when to go on",
  async (_, words, limits, until) => {
    await using place = await aPlace();
    await place.limited(words, 5, 1000);
    const { repository, env } = place;
    const stopped = await evaluated(repository, 1, { env, args: limits });
    expect([stopped.status, stopped.evaluation]).toEqual([7, undefined]);
    expect(stopped.error!.message).toContain(`a quota is used up until ${until}: `);
    expect(stopped.error!.message).toContain("go on after that with: kira-improve evaluate --proposal-id 1.");
    const kept = await place.trials();
    expect(kept).toBeGreaterThan(0);

    await place.limited("", 0, 0);
    const before = await place.calls();
    expect((await evaluated(repository, 1, { env })).evaluation).toMatchObject({ verdict: "improved" });
    expect((await place.calls()) - before).toBe((await place.trials()) - kept);
  },
);

test("a quota that never opens when it should is not waited for without end", async () => {
  await using place = await aPlace();
  await place.limited("usage limit reached, try again in 1 minute", 1, 100_000);
  const { status, error } = await evaluated(place.repository, 1, { env: place.env });
  expect([status, error!.message]).toEqual([7, expect.stringContaining("a quota is used up until")]);
  expect(await place.trials()).toBe(0);
  expect(await place.calls()).toBeLessThanOrEqual(8);
});

test("Ctrl-C ends a pause at once, and the trials before it are kept", async () => {
  await using place = await aPlace();
  await place.limited("usage limit reached, try again in 1 hour");
  const stop = new AbortController();
  const told: string[] = [];
  using workspace = await openWorkspace({
    folder: place.repository.folder,
    environment: place.env,
    report: (event) => told.push(event.kind),
    sleep: async () => stop.abort(),
  });
  const request = { proposalId: 1, allowUnsandboxed: true, signal: stop.signal };
  await expect(evaluate(workspace, request)).rejects.toMatchObject({
    code: "interrupted",
    message: expect.stringContaining("they are kept"),
  });
  expect(told).toContain("pause");
  expect(await place.trials()).toBeGreaterThan(0);
});

test("the program's version belongs to what was tried: another one is tried anew", async () => {
  await using place = await aPlace();
  const { repository, env, bin } = place;
  await evaluated(repository, 1, { env });
  const first = await place.calls();
  await evaluated(repository, 1, { env });
  expect(await place.calls()).toBe(first);
  await writeFile(join(bin, "version"), "warning: old node\n2.1.0 (Claude Code)\n");
  await evaluated(repository, 1, { env });
  expect(await place.calls()).toBeGreaterThan(first);
});

test.each<[what: string, changes: { command?: string[] }, version: string, said: RegExp]>([
  [
    "is not there",
    { command: ["no-such-claude"] },
    "",
    /The program "no-such-claude" cannot be started.*It is installed with: npm install -g @anthropic-ai\/claude-code\.$/,
  ],
  [
    "says no version",
    {},
    "hello\n",
    /claude-code did not say its version with claude --version: hello\. It is installed/,
  ],
])("a program that %s is said to be, and nothing runs", async (_, changes, version, said) => {
  await using place = await aPlace(() => changes);
  await writeFile(join(place.bin, "version"), version);
  const { status, error } = await evaluated(place.repository, 1, { env: place.env });
  expect([status, error!.message]).toEqual([7, expect.stringMatching(said)]);
  expect(await place.calls()).toBe(0);
});

test.skipIf(missing)("in the sandbox a program is used only where the user let it in", async () => {
  await using hidden = await aPlace();
  const where = { folder: hidden.repository.folder, env: hidden.env };
  const refused = await kira(where, "evaluate", "--proposal-id", "1");
  expect(refused.status).toBe(7);
  expect(refused.stderr).toMatch(/"claude" is not to be found inside the sandbox.*It is installed with/);

  await using place = await aPlace((bin) => ({ env: [], mounts: [bin] }));
  const { repository, env, bin } = place;
  await repository.git("config", "--add", "kira.allowMount", bin);
  const args = ["evaluate", "--proposal-id", "1", "--json"];
  const { stdout, stderr } = await kira({ folder: repository.folder, env }, ...args);
  expect(JSON.parse(stdout || stderr).evaluation).toMatchObject({ contained: true, verdict: "improved" });
});
