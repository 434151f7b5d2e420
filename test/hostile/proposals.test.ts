import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { kira, kiraJson } from "../support/kira.ts";
import { aSpareFolder, anAgentRepository, type TestRepository } from "../support/repository.ts";
import { stateOf } from "../support/state.ts";

/** A commit on production with one more entry, made without git's own checks of names. */
async function commitWith(
  { folder, git }: TestRepository,
  path: readonly string[],
  mode = "100644",
  content = "x\n",
): Promise<string> {
  const make = async (args: string[], input: string) => {
    // A name of bytes that are no UTF-8 can be given in Latin-1 only.
    const bytes = Buffer.from(input, input.includes("\xff") ? "latin1" : "utf8");
    return (await execa("git", args, { cwd: folder, input: bytes })).stdout;
  };
  const blob =
    mode === "160000"
      ? await git("rev-parse", "HEAD")
      : await make(["hash-object", "-w", "--stdin"], content);
  const treeOf = async (spec: string) =>
    (await execa("git", ["ls-tree", "-z", spec], { cwd: folder, reject: false })).stdout;
  const kind = mode === "160000" ? "commit" : "blob";
  const write = async (at: number): Promise<string> => {
    const name = path[at]!;
    const before = (await treeOf(`main:${path.slice(0, at).join("/")}`))
      .split("\0")
      .filter((line) => line !== "" && !line.endsWith(`\t${name}`));
    const entry =
      at === path.length - 1
        ? `${mode} ${kind} ${blob}\t${name}`
        : `040000 tree ${await write(at + 1)}\t${name}`;
    return make(["mktree", "-z", "--missing"], [...before, entry].map((line) => `${line}\0`).join(""));
  };
  return make(["commit-tree", await write(0), "-p", "main", "-m", "an idea"], "");
}

const everything = async (repository: TestRepository) => ({
  ...(await stateOf(repository.folder)),
  worktrees: await repository.git("worktree", "list"),
});

const hostile: [what: string, path: string[], mode?: string, content?: string][] = [
  ["a protected path", ["agent.sh"], "100644", "echo yes\n"],
  ["an attribute that hides files from archives", [".gitattributes"], "100644", "skills/** export-ignore\n"],
  ["an attribute that runs a filter", ["skills", ".gitattributes"], "100644", "* filter=evil\n"],
  ["attributes in another case", ["skills", ".GITATTRIBUTES"], "100644", "* filter=evil\n"],
  ["attributes by their short name", ["skills", "GITATT~1"], "100644", "* filter=evil\n"],
  ["a link out of the tree", ["skills", "link.md"], "120000", "/etc/passwd"],
  ["a link within the tree", ["skills", "link.md"], "120000", "lessons.md"],
  ["a file that becomes a link", ["skills", "lessons.md"], "120000", "../data/tasks/knows-apple.json"],
  ["a submodule", ["skills", "sub"], "160000"],
  [
    "a list of submodules",
    [".gitmodules"],
    "100644",
    '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c touch% pwned\n',
  ],
  [
    "a repository in the repository",
    ["skills", ".git", "config"],
    "100644",
    "[core]\n\tfsmonitor = touch pwned\n",
  ],
  ["a git folder with an invisible letter", ["skills", ".g\u200cit", "config"]],
  ["a git folder in Windows' eyes", ["skills", "git~1", "config"]],
  ["a hook", ["skills", "hooks", "post-checkout"], "100755", "#!/bin/sh\ntouch pwned\n"],
  ["a folder that climbs", ["skills", "..", "AGENTS.md"]],
  ["a backslash", ["skills", "..\\agent.sh"]],
  ["a line break", ["skills", "a\nb.md"]],
  ["a trailing dot", ["skills", "lessons.md."]],
  ["a device of Windows", ["skills", "con.md"]],
  ["a stream of Windows", ["skills", "lessons.md:evil"]],
  ["another case of a file", ["skills", "Lessons.md"]],
  ["another spelling of the bank", ["DATA", "tasks", "knows-jam.json"]],
  ["a name that is no text", ["skills", "a\xff.md"]],
];

test("a hostile proposal is refused before anything runs, and leaves no trace", async () => {
  await using repository = await anAgentRepository();
  await using pwned = await aSpareFolder();
  const trap = `touch '${join(pwned.folder, "pwned")}'`;
  for (const [name, value] of [
    ["filter.evil.smudge", trap],
    ["filter.evil.clean", trap],
    ["filter.evil.required", "true"],
  ])
    await repository.git("config", name!, value!);
  const here = { folder: repository.folder };
  const commits = [];
  for (const [what, ...entry] of hostile)
    commits.push([what, await commitWith(repository, ...entry)] as const);
  await kira(here, "status");
  const before = await everything(repository);
  const answers = [];
  for (const [what, commit] of commits) {
    const { status, stdout, stderr } = await kira(here, "propose", "--from", commit);
    const isClear = /refused before anything ran: .+ Leave these out/.test(stderr.replaceAll("\n", " "));
    answers.push([what, { status, stdout, isClear }]);
  }
  expect(answers).toEqual(hostile.map(([what]) => [what, { status: 5, stdout: "", isClear: true }]));
  expect(await everything(repository)).toEqual(before);
  expect(existsSync(join(pwned.folder, "pwned"))).toBe(false);
});

test("a branch that was moved to something else after it was proposed is not what is judged", async () => {
  await using repository = await anAgentRepository();
  const good = await commitWith(repository, ["skills", "lessons.md"], "100644", "# Lessons\n\n- figs\n");
  const here = { folder: repository.folder };
  const { proposal } = await kiraJson<{ proposal: { branch: string; commit: string } }>(
    here,
    "propose",
    "--from",
    good,
  );
  const { branch, commit } = proposal;
  await repository.git(
    "update-ref",
    `refs/heads/${branch}`,
    await commitWith(repository, ["agent.sh"], "100644", "echo yes\n"),
  );
  const more = ["--allow-unsandboxed"];
  const said = await kiraJson<{ evaluation: { commit: string } }>(
    here,
    "evaluate",
    "--proposal-id",
    "1",
    ...more,
  );
  expect(said.evaluation.commit).toBe(commit);
});
