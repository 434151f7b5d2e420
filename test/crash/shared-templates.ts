import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { idea } from "../loop/support.ts";
import { kiraJson } from "../support/kira.ts";
import { aRepository, aSpareFolder, repositoryAt, type TestRepository } from "../support/repository.ts";
import { eventful } from "./templates.ts";
import { clock } from "./tool.ts";

/** Where a copy finds its remote: it comes along. */
export const hub = ".git/hub.git";
/** Where a copy finds the file to restore. */
export const backupFile = ".git/record.backup";

/**
 * The same with a remote to which another clone has pushed proposals of its own, with numbers that are taken here, and
 * something of its own on both sides that the other lacks.
 */
export async function shared(): Promise<TestRepository> {
  const repository = await eventful();
  const { folder, git } = repository;
  await execa("git", ["init", "--quiet", "--bare", "--initial-branch=main", join(folder, hub)]);
  await git("remote", "add", "origin", `./${hub}`);
  await git("push", "--quiet", "origin", "main");
  const here = { folder, env: clock };
  await kiraJson(here, "sync");
  await workOfAnother(join(folder, hub));
  await idea(repository, { "skills/own.md": "Be your own.\n" }, "own");
  await kiraJson(here, "reject", "--proposal-id", "3", "--reason", "too brief");
  await kiraJson(here, "log", "--task", "Find eggs", "--outcome", "failure", "--category", "food");
  return repository;
}

async function workOfAnother(remote: string): Promise<void> {
  await using spare = await aSpareFolder();
  const folder = join(spare.folder, "another");
  await execa("git", ["clone", "--quiet", remote, folder]);
  const another = repositoryAt(folder);
  for (const [key, value] of [
    ["user.name", "Another"],
    ["user.email", "another@example.invalid"],
    ["gc.auto", "0"],
  ])
    await another.git("config", key!, value!);
  const there = { folder, env: clock };
  await kiraJson(there, "init");
  await kiraJson(there, "sync");
  await another.git("switch", "--quiet", "--create", "theirs");
  await another.commit({ "skills/theirs.md": "Be theirs.\n" }, "theirs");
  await another.git("switch", "--quiet", "main");
  await kiraJson(there, "propose", "--from", "theirs");
  await kiraJson(there, "log", "--task", "Find jam", "--outcome", "failure", "--category", "food");
  await kiraJson(there, "analyze");
  await kiraJson(there, "sync");
}

/** A repository without a commit, and the backup of another one. */
export async function emptied(): Promise<TestRepository> {
  const repository = await aRepository();
  await using full = await eventful();
  await kiraJson({ folder: full.folder, env: clock }, "backup", backupFile);
  for (const part of [".git", "AGENTS.md"])
    await rm(join(repository.folder, part), { recursive: true, force: true });
  await repository.git("init", "--quiet", "--initial-branch=main");
  for (const [key, value] of [
    ["user.name", "Test"],
    ["user.email", "test@example.invalid"],
    ["gc.auto", "0"],
  ])
    await repository.git("config", key!, value!);
  await cp(join(full.folder, backupFile), join(repository.folder, backupFile));
  return repository;
}
