import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { idea } from "../loop/support.ts";
import { kiraJson } from "../support/kira.ts";
import {
  aGoodIdea,
  anAgent,
  anAgentRepository,
  aRepository,
  type TestRepository,
} from "../support/repository.ts";
import { clock } from "./tool.ts";

const line = (task: string, outcome: string) => JSON.stringify({ task, outcome, category: "food" });
const times = (n: number, what: string, outcome: string) =>
  Array.from({ length: n }, (_, i) => line(`Do you know ${what} number ${i}`, outcome));

/** Failures that share a word, beside successes that do not. */
export const outcomes = [...times(4, "dates", "failure"), ...times(9, "apple", "success")].join("\n");

/** Not set up yet, with a configuration and without. */
export const fresh = (): Promise<TestRepository> => aRepository(anAgent());
export const bare = (): Promise<TestRepository> => aRepository();

/** Something for every command to do: outcomes, a merged proposal, a validated one, a draft, a branch to adopt. */
export async function eventful(): Promise<TestRepository> {
  const repository = await anAgentRepository();
  const here = { folder: repository.folder, env: clock };
  await kiraJson({ ...here, stdin: outcomes }, "log", "--stdin");
  await kiraJson(here, "analyze");
  await idea(repository, { "skills/first.md": "Be first.\n" }, "first");
  await kiraJson(here, "merge", "--proposal-id", "1", "--on-judgement", "--reason", "reads better");
  await aGoodIdea(repository);
  await kiraJson(here, "propose", "--from", "good-idea");
  await kiraJson(here, "evaluate", "--proposal-id", "2", "--runs", "2", "--allow-unsandboxed");
  await idea(repository, { "skills/style.md": "Be brief.\n" }, "style");
  await repository.git("switch", "--quiet", "--create", "another");
  await repository.commit({ "skills/another.md": "Be another.\n" }, "another");
  await repository.git("switch", "--quiet", "main");
  await kiraJson(here, "status");
  return repository;
}

/** The same, and production moved back to where it began. */
export async function rolledBack(): Promise<TestRepository> {
  const repository = await eventful();
  await kiraJson({ folder: repository.folder, env: clock }, "archive", "--rollback", "0");
  return repository;
}

/** The same, and an agent has committed something that no command has seen. */
export async function committed(): Promise<TestRepository> {
  const repository = await eventful();
  const message = "feat: work\n\nCo-Authored-By: Claude <noreply@anthropic.com>";
  await repository.commit({ "notes.txt": "x\n" }, message);
  return repository;
}

/** The same, and its validated proposal is merged: the draft beside it is stale. */
export async function movedOn(): Promise<TestRepository> {
  const repository = await eventful();
  await kiraJson({ folder: repository.folder, env: clock }, "merge", "--proposal-id", "2");
  return repository;
}

/** The same, and its draft is rejected. */
export async function turnedDown(): Promise<TestRepository> {
  const repository = await eventful();
  const why = ["--reason", "too brief"];
  await kiraJson({ folder: repository.folder, env: clock }, "reject", "--proposal-id", "3", ...why);
  return repository;
}

/** The same without its index. */
export async function withoutIndex(): Promise<TestRepository> {
  const repository = await eventful();
  for (const suffix of ["", "-wal", "-shm"])
    await rm(join(repository.folder, `data/self-improve.db${suffix}`), { force: true });
  return repository;
}

const knowing = "# Lessons\n\n- food: dates, eggs, figs, grapes, honey, ice, jam\n";

/** Branches `idea-0`, `idea-1`, … to adopt, each with a file of its own; the first also helps the agent. */
export async function manyIdeas(count: number): Promise<TestRepository> {
  const repository = await anAgentRepository();
  const file = (path: string, text: string) => `M 100644 inline ${path}\ndata ${text.length}\n${text}`;
  const branches = Array.from({ length: count }, (_, i) =>
    [
      `commit refs/heads/idea-${i}`,
      "committer Test <test@example.invalid> 1700000000 +0000",
      `data ${`idea ${i}`.length}\nidea ${i}`,
      "from refs/heads/main",
      file(`skills/idea-${i}.md`, `Be number ${i}.\n`),
      ...(i === 0 ? [file("skills/lessons.md", knowing)] : []),
    ].join("\n"),
  );
  const input = `${branches.join("\n")}\ndone\n`;
  await execa("git", ["fast-import", "--quiet", "--done"], { cwd: repository.folder, input });
  return repository;
}

/** A copy to do something to. */
export async function copyOf({
  folder,
}: {
  readonly folder: string;
}): Promise<{ readonly folder: string } & AsyncDisposable> {
  const copy = await mkdtemp(join(tmpdir(), "kira copy "));
  await cp(folder, copy, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  return { folder: copy, [Symbol.asyncDispose]: () => rm(copy, { recursive: true, force: true }) };
}
