import {
  chmod,
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Git } from "../../src/git/git.ts";
import { Objects } from "../../src/git/objects.ts";
import { findRepository } from "../../src/git/repository.ts";
import { listTree } from "../../src/git/tree.ts";
import { openSlot, readManifest } from "../../src/git/worktree.ts";
import { aRepository, aSpareFolder, type TestRepository } from "../support/repository.ts";

const files = {
  "AGENTS.md": "Be kind.\n",
  "skills/a.md": "aaaa\n",
  "skills/deep/b.md": "b\n",
  "tools/run.sh": "#!/bin/sh\necho\n",
};

/** Everything in a folder: path → mode and content, or where a link leads. */
async function contentsOf(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const { mode } = await lstat(path);
    const told = entry.isSymbolicLink()
      ? `-> ${await readlink(path)}`
      : entry.isDirectory()
        ? "folder"
        : `${(mode & 0o777).toString(8)} ${await readFile(path, "utf8")}`;
    found[path.slice(folder.length + 1)] = told;
  }
  return found;
}

async function manifestOf(
  { folder }: TestRepository,
  git: Git,
  hidden: (path: string) => boolean = () => false,
) {
  return readManifest(new Objects(join(folder, ".git")), await listTree(git, "HEAD"), hidden);
}

describe("a trial's folder is exactly what it was, whatever the trial before did", () => {
  const tricks: Record<string, (folder: string, elsewhere: string) => Promise<unknown>> = {
    "left files, hidden ones and folders": async (folder) => {
      await mkdir(join(folder, "new/deep"), { recursive: true });
      await writeFile(join(folder, "new/deep/.secret"), "x");
      await writeFile(join(folder, "skills/.cache"), "x");
    },
    "changed a file and set its old size and time": async (folder) => {
      const { atime, mtime } = await lstat(join(folder, "skills/a.md"));
      await writeFile(join(folder, "skills/a.md"), "bbbb\n");
      await utimes(join(folder, "skills/a.md"), atime, mtime);
    },
    "deleted files and emptied a folder": (folder) => rm(join(folder, "skills"), { recursive: true }),
    "kept a hard link to a file, to change it later": (folder, elsewhere) =>
      link(join(folder, "AGENTS.md"), join(elsewhere, "kept")),
    "put a link in the place of a folder": async (folder, elsewhere) => {
      await rename(join(folder, "skills"), join(elsewhere, "skills"));
      await symlink(join(elsewhere, "skills"), join(folder, "skills"));
    },
    "put a link in the place of a file": async (folder, elsewhere) => {
      await writeFile(join(elsewhere, "AGENTS.md"), files["AGENTS.md"]);
      await rm(join(folder, "AGENTS.md"));
      await symlink(join(elsewhere, "AGENTS.md"), join(folder, "AGENTS.md"));
    },
    "put a folder in the place of a file, and a file in that of a folder": async (folder) => {
      await rm(join(folder, "AGENTS.md"));
      await mkdir(join(folder, "AGENTS.md/skills"), { recursive: true });
      await rm(join(folder, "skills/deep"), { recursive: true });
      await writeFile(join(folder, "skills/deep"), "x");
    },
    "took permissions away": async (folder) => {
      await mkdir(join(folder, "new/deep"), { recursive: true });
      for (const path of ["new/deep", "new", "skills/a.md", "skills/deep", "skills"])
        await chmod(join(folder, path), 0);
      await chmod(folder, 0o500);
    },
    "made a file executable, and a program not": async (folder) => {
      await chmod(join(folder, "AGENTS.md"), 0o755);
      await chmod(join(folder, "tools/run.sh"), 0o644);
    },
    "made a repository inside, with a file system monitor": async (folder) => {
      await execa("git", ["init", "--quiet", "skills/nested"], { cwd: folder });
      await execa("git", ["config", "core.fsmonitor", "false"], { cwd: join(folder, "skills/nested") });
      await writeFile(join(folder, ".git"), "gitdir: skills/nested/.git\n");
    },
    "left a pipe": (folder) => execa("mkfifo", [join(folder, "pipe")]),
    "deleted the folder itself": (folder) => rm(folder, { recursive: true }),
    "put a link in the place of the folder itself": async (folder, elsewhere) => {
      await rename(folder, join(elsewhere, "tree"));
      await symlink(join(elsewhere, "tree"), folder);
    },
  };

  test.each(Object.entries(tricks))("%s", async (_, trick) => {
    await using repository = await aRepository(files);
    await repository.git("update-index", "--chmod=+x", "tools/run.sh");
    await repository.git("commit", "--quiet", "--allow-empty", "--message=mode");
    await using spare = await aSpareFolder();
    const git = new Git(findRepository(repository.folder));
    const manifest = await manifestOf(repository, git);
    await using slot = await openSlot(git, "HEAD");
    await slot.restore(manifest);
    const fresh = await contentsOf(slot.directory);
    expect(fresh).toEqual({
      "AGENTS.md": "644 Be kind.\n",
      skills: "folder",
      "skills/a.md": "644 aaaa\n",
      "skills/deep": "folder",
      "skills/deep/b.md": "644 b\n",
      tools: "folder",
      "tools/run.sh": "755 #!/bin/sh\necho\n",
    });
    await trick(slot.directory, spare.folder);
    await slot.restore(manifest);
    expect(await contentsOf(slot.directory)).toEqual(fresh);
    // Whatever it kept is no longer the same file.
    for (const name of await readdir(spare.folder)) await rm(join(spare.folder, name), { recursive: true });
    expect(await contentsOf(slot.directory)).toEqual(fresh);
  });
});

test("a link that stays inside is kept, one that leads out and a submodule are left out, and what is hidden is not there", async () => {
  await using repository = await aRepository({ "AGENTS.md": "x\n", "data/tasks/t.json": "{}" });
  await symlink("AGENTS.md", join(repository.folder, "CLAUDE.md"));
  await symlink("../../../etc/passwd", join(repository.folder, "out"));
  await symlink("/etc/passwd", join(repository.folder, "absolute"));
  await repository.git("add", "--all");
  const head = await repository.git("rev-parse", "HEAD");
  await repository.git("update-index", "--add", "--cacheinfo", `160000,${head},sub`);
  await repository.git("commit", "--quiet", "--message=kinds");
  const git = new Git(findRepository(repository.folder));
  await using slot = await openSlot(git, "HEAD");
  await slot.restore(await manifestOf(repository, git, (path) => path.startsWith("data/")));
  expect(await contentsOf(slot.directory)).toEqual({ "AGENTS.md": "644 x\n", "CLAUDE.md": "-> AGENTS.md" });
});

/** A temporary folder of this test's own, so that what is left in it is ours. */
async function ownTemporaryFolder(): Promise<string> {
  const spare = await aSpareFolder();
  vi.stubEnv("TMPDIR", spare.folder);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await spare[Symbol.asyncDispose]();
  });
  return spare.folder;
}

test("nothing is left behind, and the user's own stale worktrees stay", async () => {
  await using repository = await aRepository(files);
  await using spare = await aSpareFolder();
  await repository.git("worktree", "add", "--quiet", "-b", "theirs", join(spare.folder, "theirs"));
  await rm(join(spare.folder, "theirs"), { recursive: true });
  const before = await repository.git("worktree", "list", "--porcelain");
  const temporary = await ownTemporaryFolder();
  const git = new Git(findRepository(repository.folder));
  {
    await using slot = await openSlot(git, "HEAD");
    await using second = await openSlot(git, "HEAD");
    await slot.restore(await manifestOf(repository, git));
    await chmod(join(slot.directory, "skills"), 0);
    await rm(second.directory, { recursive: true });
    expect(await readdir(temporary)).toHaveLength(2);
  }
  expect(await repository.git("worktree", "list", "--porcelain")).toBe(before);
  expect(await readdir(temporary)).toEqual([]);
});

test("a folder cannot be opened on a commit that is not there, and leaves nothing", async () => {
  await using repository = await aRepository();
  const temporary = await ownTemporaryFolder();
  const git = new Git(findRepository(repository.folder));
  await expect(openSlot(git, "1".repeat(40))).rejects.toMatchObject({ code: "unavailable" });
  expect(await readdir(temporary)).toEqual([]);
});
