import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Answer } from "../../src/agents/contract.ts";
import { createAgent } from "../../src/agents/index.ts";
import { configSchema } from "../../src/domain/config.ts";
import type { Task } from "../../src/domain/task.ts";
import { attemptTask } from "../../src/loop/evaluate/attempt.ts";
import { none } from "../../src/sandbox/none.ts";
import { aSpareFolder } from "../support/repository.ts";

/** What a stand-in for an agent CLI does, whatever it is asked. */
export interface Script {
  readonly prints?: string;
  readonly complains?: string;
  readonly exits?: number;
  /** Written to the file named by `-o`, as codex does. */
  readonly leaves?: string;
  /** Shell that runs after it has printed. */
  readonly then?: string;
}

export interface Attempted extends Answer {
  readonly args: readonly string[];
  readonly stdin: string;
  readonly environment: Readonly<Record<string, string>>;
}

export const task = { name: "sort", prompt: "Sort the mail.\n" } as Task;
export const at = new Date("2026-01-14T14:30:00.000Z");

/** A program on PATH that leaves in its own folder what it was called with. */
export async function aProgram(folder: string, name: string, script: Script): Promise<string> {
  const bin = join(folder, "bin");
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, "prints"), script.prints ?? "");
  await writeFile(join(bin, "leaves"), script.leaves ?? "");
  await writeFile(join(bin, "complains"), script.complains ?? "");
  const text = `#!/bin/sh
here='${bin}'
printf '%s\\n' "$@" >"$here/args"; env >"$here/environment"; cat >"$here/stdin"
cat "$here/complains" >&2
while [ $# -gt 1 ]; do if [ "$1" = -o ] && [ -s "$here/leaves" ]; then cat "$here/leaves" >"$2"; fi; shift; done
cat "$here/prints"
${script.then ?? ""}
exit ${script.exits ?? 0}
`;
  await writeFile(join(bin, name), text);
  await chmod(join(bin, name), 0o755);
  return bin;
}

/** One attempt with such a program, as the loop makes it. */
export async function attempted(
  use: "claude-code" | "codex",
  script: Script,
  settings: object = {},
  inherited: Record<string, string> = {},
): Promise<Attempted> {
  await using spare = await aSpareFolder();
  const bin = await aProgram(spare.folder, use === "codex" ? "codex" : "claude", script);
  const directory = join(spare.folder, "trial");
  await mkdir(directory);
  const environment = { ...inherited, PATH: `${bin}:/usr/bin:/bin` };
  const config = configSchema.parse({ agent: { use, timeoutSeconds: 20, ...settings } });
  const agent = createAgent(config.agent, environment);
  const setting = { config, sandbox: none(), environment, now: () => at };
  const { durationMs: _, ...answer } = await attemptTask(setting, agent, directory, task, "seed-1");
  const left = async (name: string) =>
    (await readFile(join(bin, name), "utf8")).replaceAll(directory, "/trial");
  return {
    ...answer,
    args: (await left("args")).trimEnd().split("\n"),
    stdin: await left("stdin"),
    environment: Object.fromEntries(
      (await left("environment")).split("\n").map((line) => line.split(/=(.*)/)),
    ),
  };
}
