import { chmod, mkdir, readFile, realpath, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { agentConfig, anAgentRepository, aRepository, aSpareFolder } from "../support/repository.ts";
import { look, mends, noBubblewrap, shell } from "./doctor-support.ts";

test("outside a repository it says how one is made, and in a new one how it is set up", async () => {
  await using place = await aSpareFolder();
  const outside = await look(place, "repository");
  await shell(place, outside.fix!);
  expect((await look(place, "repository")).found).toContain("has not been set up");
  await using repository = await aRepository();
  const at = { folder: repository.folder };
  const { fix } = await look(at, "repository");
  await shell(at, fix!);
  expect(await mends(at, "config")).toContain("is not committed on main");
});

test("a configuration that cannot be read is put back as it was committed, and kept in the stash", async () => {
  await using repository = await anAgentRepository();
  await repository.write({ ".kira-improve.json": "{ half" });
  const at = { folder: repository.folder };
  expect(await mends(at, "config")).toContain("not valid JSON");
  expect(await repository.git("stash", "show", "-p")).toContain("{ half");
});

test("a configuration that is not the one that counts is committed", async () => {
  await using repository = await anAgentRepository();
  await repository.write({ ".kira-improve.json": JSON.stringify({ ...agentConfig, run: { proposals: 9 } }) });
  expect(await mends({ folder: repository.folder }, "config")).toContain("is not the one that is committed");
});

test.each([
  ["is missing", "rm data/self-improve.db*", "is missing"],
  ["is empty", "rm data/self-improve.db-* 2>/dev/null; : >data/self-improve.db", "is empty"],
  ["is no database", "rm -f data/self-improve.db-*; echo text >data/self-improve.db", "cannot be read"],
])("an index that %s is made again", async (_, damage, found) => {
  await using repository = await anAgentRepository();
  const at = { folder: repository.folder };
  await shell(at, damage);
  expect(await mends(at, "index")).toContain(found);
});

test.each([
  ["is missing", "rm .git/hooks/post-commit", "There is no post-commit hook"],
  ["is another's", "printf '#!/bin/sh\\n' >.git/hooks/post-commit", "does not tell us"],
  ["may not be executed", "chmod -x .git/hooks/post-commit", "may not be executed"],
  ["lies in a folder of another tool", "mkdir .husky && git config core.hooksPath .husky", "There is no"],
])("a hook that %s is mended, and then tells when it fired", async (_, damage, found) => {
  await using repository = await anAgentRepository();
  const at = { folder: repository.folder };
  await shell(at, damage);
  expect(await mends(at, "hook")).toContain(found);
  await repository.commit({ "notes.txt": "x" });
  await shell(at, "kira-improve status");
  expect((await look(at, "hook")).found).toMatch(/last fired at 20\d\d-/);
});

const uuid = "7d1ff8a2-1111-4222-8333-444455556666";

test("what a killed command left is cleared away", async () => {
  await using repository = await anAgentRepository();
  const root = join(await realpath(tmpdir()), `kira-trial-${uuid}`);
  await mkdir(join(root, uuid), { recursive: true });
  const lease = { id: uuid, root, holder: { pid: 1, started: "0", boot: "another" } };
  await repository.write({ [`.git/kira/slots/${uuid}`]: JSON.stringify(lease) });
  expect(await mends({ folder: repository.folder }, "leftovers")).toContain("whose command is gone");
  await expect(readFile(join(root, uuid, ".git"))).rejects.toThrow("ENOENT");
});

test("a working tree of trials that nobody holds is removed", async () => {
  await using repository = await anAgentRepository();
  await using place = await aSpareFolder();
  const path = join(place.folder, `kira-trial-${uuid}`, uuid);
  await repository.git("worktree", "add", "--quiet", "--detach", path);
  expect(await mends({ folder: repository.folder }, "leftovers")).toContain(path);
  expect(await repository.git("worktree", "list", "--porcelain")).not.toContain(path);
});

test("locks that a killed git left behind are named and removed", async () => {
  await using repository = await anAgentRepository();
  for (const file of [".git/index.lock", ".git/refs/heads/kira/x.lock"]) {
    await repository.write({ [file]: "" });
    await utimes(join(repository.folder, file), 1e9, 1e9);
  }
  await repository.write({ ".git/HEAD.lock": "" }); // somebody may be at work
  const found = await mends({ folder: repository.folder }, "locks");
  expect(found).toContain("index.lock");
  expect(found).toContain("x.lock");
  expect(found).not.toContain("HEAD.lock");
});

test("a branch that only looks like a proposal gets another name, and loses nothing", async () => {
  await using repository = await anAgentRepository();
  await repository.git("branch", "kira/proposal/9-by-hand");
  expect(await mends({ folder: repository.folder }, "branches")).toContain("kira/proposal/9-by-hand");
  expect(await repository.git("branch", "--list", "from-kira/*")).toContain("9-by-hand");
});

test("a task that cannot be read is named, and the bank is well once it is corrected", async () => {
  await using repository = await anAgentRepository();
  const file = "data/tasks/knows-apple.json";
  const good = await readFile(join(repository.folder, file), "utf8");
  await repository.commit({ [file]: "{ half" });
  const at = { folder: repository.folder };
  expect(await look(at, "task bank")).toMatchObject({
    level: "failure",
    found: expect.stringContaining(file),
  });
  await repository.commit({ [file]: good });
  expect(await look(at, "task bank")).toMatchObject({
    level: "ok",
    found: expect.stringContaining("10 tasks"),
  });
});

test("a bank without a task gets one from a logged failure", async () => {
  await using repository = await anAgentRepository();
  await repository.git("rm", "-rq", "data/tasks");
  await repository.git("commit", "-qm", "no tasks");
  const at = { folder: repository.folder };
  await shell(at, "kira-improve log --task 'Pay the invoice' --outcome failure --category billing");
  const { level, fix } = await look(at, "task bank");
  expect({ level, fix }).toEqual({
    level: "warning",
    fix: expect.stringContaining("kira-improve tasks add --from-outcome <id>; then commit them"),
  });
  await shell(at, "kira-improve tasks add --from-outcome 1 && kira-improve tasks enable pay-the-invoice");
  await shell(at, "git add data/tasks && git commit -qm 'a task'");
  expect(await look(at, "task bank")).toMatchObject({ level: "ok" });
});

test.skipIf(noBubblewrap)("a grader that disagrees with itself is named until it is corrected", async () => {
  const graded = (script: string) => ({
    "data/tasks/dice/task.json": JSON.stringify({
      ...{ name: "dice", description: "Copies", category: "files", prompt: "Say yes", solution: "yes" },
      criteria: [{ type: "command", run: ["sh", "grader/grade.sh"] }],
    }),
    "data/tasks/dice/grader/grade.sh": script,
  });
  const random = "#!/bin/sh\nod -An -N4 -tu4 /dev/urandom | sed 's/ *\\(.*\\)/0.\\1/'\n";
  await using repository = await anAgentRepository(graded(random));
  const at = { folder: repository.folder };
  await shell(at, "kira-improve tasks check || :");
  const { level, found, fix } = await look(at, "task bank");
  expect({ level, found, fix }).toEqual({
    level: "warning",
    found: expect.stringMatching(/disagree with themselves: dice\.$/),
    fix: "Correct and commit their graders, then run: kira-improve tasks check",
  });
  await repository.commit(graded("#!/bin/sh\ntrue\n"));
  await shell(at, "kira-improve tasks check || :");
  expect(await look(at, "task bank")).toMatchObject({ level: "ok" });
});

test("--fix applies what is safe, says so, and leaves the rest to the user", async () => {
  await using repository = await anAgentRepository();
  const at = { folder: repository.folder };
  await shell(at, "rm data/self-improve.db* .git/hooks/post-commit && git branch kira/proposal/9-by-hand");
  const text = await shell(at, "kira-improve doctor --fix");
  expect(text).toContain("Mended:\n");
  expect(text).toContain("There is no post-commit hook.");
  const levels = await Promise.all(
    ["index", "hook", "branches"].map(async (what) => (await look(at, what)).level),
  );
  expect(levels).toEqual(["ok", "ok", "warning"]);
});

test("an object that went bad is taken out of a backup", async () => {
  await using repository = await anAgentRepository();
  await using place = await aSpareFolder();
  const at = { folder: repository.folder };
  await shell(at, `kira-improve backup "${place.folder}/backup"`);
  const tag = await repository.git("rev-parse", "refs/tags/kira/archive/0000");
  const file = join(repository.folder, ".git/objects", tag.slice(0, 2), tag.slice(2));
  await chmod(file, 0o644);
  await writeFile(file, "damage");
  const check = await look(at, "objects", "--full");
  expect(check).toMatchObject({ level: "failure", found: expect.stringContaining(tag) });
  await shell(at, check.fix!.replace("<the file of a backup>", `"${place.folder}/backup"`));
  expect(await look(at, "objects", "--full")).toMatchObject({ level: "ok" });
  expect(await repository.git("cat-file", "-t", tag)).toBe("tag");
});

test("a journal in which one letter was changed is put back as git holds it", async () => {
  await using repository = await anAgentRepository();
  const at = { folder: repository.folder };
  await shell(at, "kira-improve log --task 'Pay the invoice' --outcome failure --category billing");
  await shell(at, "kira-improve analyze");
  await shell(at, "sed -i 's/Pay the invoice/Say the invoice/' .git/kira/journal/*/000001.jsonl");
  expect(await mends(at, "record", "--full")).toContain("differs from what git holds");
  expect(await shell(at, "cat .git/kira/journal/*/000001.jsonl")).toContain("Pay the invoice");
});

test("a tag that says something else than the record is written again", async () => {
  await using repository = await anAgentRepository();
  await repository.git("tag", "--force", "--annotate", "--message=mine", "kira/archive/0000", "main");
  const at = { folder: repository.folder };
  expect(await mends(at, "shown", "--full")).toContain("does not say what the record says");
  expect(await repository.git("cat-file", "tag", "kira/archive/0000")).toContain("Kira-Node: 0");
});

test("a remote whose fetch leaves the record out is told apart, and asked for it", async () => {
  await using repository = await anAgentRepository();
  await using place = await aSpareFolder();
  await repository.git("clone", "--quiet", "--bare", repository.folder, join(place.folder, "hub"));
  await repository.git("remote", "add", "hub", join(place.folder, "hub"));
  expect(await mends({ folder: repository.folder }, "remotes")).toContain("A fetch from hub brings neither");
});
