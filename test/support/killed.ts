import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect } from "vitest";
import { aSpareFolder, type TestRepository } from "./repository.ts";

export type Moment = readonly [when: "before" | "after", git: string];

/** Runs the CLI in a process of its own that is killed around the git command whose arguments hold a text. */
export async function killed(
  { folder }: Pick<TestRepository, "folder">,
  [when, git]: Moment,
  ...args: string[]
): Promise<void> {
  await using spare = await aSpareFolder();
  const real = (await execa("sh", ["-c", "command -v git"])).stdout;
  const end = when === "before" ? "kill -9 $PPID" : `'${real}' "$@"; kill -9 $PPID`;
  const fake = `#!/bin/sh\ncase " $* " in *" ${git} "*) ${end};; *) exec '${real}' "$@";; esac\n`;
  await writeFile(join(spare.folder, "git"), fake);
  await chmod(join(spare.folder, "git"), 0o755);
  const script = `
    const { runCli } = await import(${JSON.stringify(new URL("../../src/cli.ts", import.meta.url).href)});
    const { stdin, stdout, stderr, env } = process;
    const signal = new AbortController().signal;
    await runCli(process.argv.slice(1), { stdin, stdout, stderr, env, colorDepth: 1, folder: process.cwd(), signal });`;
  const child = await execa(process.execPath, ["--input-type=module", "--eval", script, "--", ...args], {
    cwd: folder,
    env: { PATH: `${spare.folder}:${process.env["PATH"]}` },
    stdin: "ignore",
    reject: false,
  });
  expect(child.signal, child.stdout + child.stderr).toBe("SIGKILL");
}
