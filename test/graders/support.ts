import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Artifact } from "../../src/graders/contract.ts";
import { criterionSchema } from "../../src/domain/task.ts";
import { gradeAll } from "../../src/graders/index.ts";
import { none } from "../../src/sandbox/none.ts";

/** What an agent left: an answer and files, in a folder that goes away with it. */
export async function anArtifact(
  answer = "",
  files: Readonly<Record<string, string>> = {},
): Promise<Artifact & AsyncDisposable> {
  const root = await mkdtemp(join(tmpdir(), "kira-grader-"));
  const directory = join(root, "trial");
  await mkdir(directory);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
  const sandbox = none();
  const run: Artifact["run"] = (command, timeoutMs) =>
    sandbox.run({
      ...{ command, directory, timeoutMs, stdin: "", outputBytes: 10_000, mounts: [], network: "none" },
      environment: { PATH: "/usr/local/bin:/usr/bin:/bin" },
    });
  const dispose = () => rm(root, { recursive: true, force: true });
  return { prompt: "Say it.", answer, directory, run, [Symbol.asyncDispose]: dispose };
}

/** The grade by criteria as a task file would hold them. */
export function gradeOf(artifact: Artifact, ...criteria: readonly object[]) {
  return gradeAll(criterionSchema.array().parse(criteria), artifact);
}
