import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { Git } from "../../src/git/git.ts";
import { findRepository } from "../../src/git/repository.ts";
import { kiraJson } from "../support/kira.ts";
import { agentConfig, anAgentRepository, aRepository, aSpareFolder } from "../support/repository.ts";

const everything = { ...agentConfig, allow: ["**"] };

test("programs that a candidate brings along and git is set to run do not run while it is judged", async () => {
  await using spare = await aSpareFolder();
  const ran = join(spare.folder, "ran");
  const harmless = "#!/bin/sh\ncat\n";
  const harmful = `#!/bin/sh\necho "$0 $*" >>'${ran}'\ncat\n`;
  const tools = ["post-checkout", "post-merge", "smudge", "clean", "monitor"].map((name) => `tools/${name}`);
  await using repository = await anAgentRepository({
    ".kira-improve.json": JSON.stringify(everything),
    ".gitattributes": "*.md filter=tool\n",
    ...Object.fromEntries(tools.map((path) => [path, harmless])),
  });
  await repository.git("switch", "--quiet", "--create", "idea");
  const lines = Object.fromEntries(tools.map((path) => [path, harmful]));
  await repository.commit({ ...lines, "skills/lessons.md": "# Lessons\n- dates\n" }, "idea");
  await repository.git("switch", "--quiet", "main");
  await repository.commit({ "AGENTS.md": "You know apple, bread and cheese.\nBe kind.\n" }, "move on");
  // From anywhere, as many a guide has it: a new worktree would run them, too.
  await repository.git("config", "core.hooksPath", join(repository.folder, "tools"));
  await repository.git("config", "filter.tool.smudge", "tools/smudge");
  await repository.git("config", "filter.tool.clean", "tools/clean");
  const here = { folder: repository.folder };
  // In the folder where git would look for them, they are the harmful ones.
  await repository.git(
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "filter.tool.smudge=cat",
    "switch",
    "--quiet",
    "idea",
  );
  await repository.git("config", "core.fsmonitor", "tools/monitor");
  await rm(ran, { force: true });
  await kiraJson(here, "propose", "--from", "idea");
  await kiraJson(here, "evaluate", "--proposal-id", "1", "--allow-unsandboxed");
  await kiraJson(here, "proposals", "--show", "1");
  expect(existsSync(ran) ? await readFile(ran, "utf8") : "").toBe("");
});

test("a hook that a candidate changes does not run when it becomes production", async () => {
  await using spare = await aSpareFolder();
  const ran = join(spare.folder, "ran");
  await using repository = await anAgentRepository({
    ".kira-improve.json": JSON.stringify(everything),
    "tools/post-merge": "#!/bin/sh\n",
    "tools/post-checkout": "#!/bin/sh\n",
  });
  await repository.git("switch", "--quiet", "--create", "idea");
  const harmful = `#!/bin/sh\ntouch '${ran}'\n`;
  await repository.commit({ "tools/post-merge": harmful, "tools/post-checkout": harmful }, "idea");
  await repository.git("switch", "--quiet", "main");
  await repository.git("config", "core.hooksPath", "tools");
  const here = { folder: repository.folder };
  await kiraJson(here, "propose", "--from", "idea");
  await kiraJson(here, "merge", "--proposal-id", "1", "--on-judgement", "--reason", "a test");
  expect(await repository.git("show", "main:tools/post-merge")).toBe(harmful.trimEnd());
  await kiraJson(here, "archive", "--rollback", "0");
  expect(existsSync(ran)).toBe(false);
});

test("variables of a git that calls us do not lead git elsewhere", async () => {
  await using repository = await aRepository();
  await using other = await aRepository({ "other.md": "x\n" });
  vi.stubEnv("GIT_DIR", join(other.folder, ".git"));
  vi.stubEnv("GIT_INDEX_FILE", join(other.folder, ".git", "index"));
  try {
    const git = new Git(findRepository(repository.folder));
    expect(await git.user(["ls-files"])).toBe("AGENTS.md");
    expect(await git.foreign(["ls-files"])).toBe("AGENTS.md");
  } finally {
    vi.unstubAllEnvs();
  }
});

test("who has told git no name commits as kira-improve, and who has as themselves", async () => {
  await using repository = await aRepository();
  await using spare = await aSpareFolder();
  const git = () => new Git(findRepository(repository.folder));
  expect(await git().committer()).toEqual({ name: "Test", email: "test@example.invalid" });
  await repository.git("config", "--unset", "user.name");
  await repository.git("config", "--unset", "user.email");
  await repository.git("config", "user.useConfigOnly", "true");
  vi.stubEnv("HOME", spare.folder);
  vi.stubEnv("XDG_CONFIG_HOME", spare.folder);
  try {
    expect(await git().committer()).toEqual({ name: "kira-improve", email: "kira-improve@localhost" });
    await git().user(["commit", "--quiet", "--allow-empty", "--message=ours"]);
  } finally {
    vi.unstubAllEnvs();
  }
  expect(await repository.git("log", "-1", "--format=%cn")).toBe("kira-improve");
});
