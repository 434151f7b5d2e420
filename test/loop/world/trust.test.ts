import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test, vi } from "vitest";
import { aRepository, aSpareFolder } from "../../support/repository.ts";
import { refusal } from "../support.ts";
import { aProposal, expectDone, onJudgement } from "./support.ts";

// Only root can give a folder to somebody else.
test.skipIf(process.geteuid?.() !== 0)(
  "a repository of another user is worked in once git is told that it is safe, and not before",
  async () => {
    await using home = await aSpareFolder();
    await using repository = await aProposal();
    const settings = join(home.folder, "gitconfig");
    await writeFile(settings, "");
    vi.stubEnv("GIT_CONFIG_GLOBAL", settings);
    onTestFinished(() => void vi.unstubAllEnvs());
    await execa("chown", ["-R", "12345", repository.folder]);
    expect(await refusal(repository, ...onJudgement())).toMatch(
      /^7 git does not trust .*another user.*git config --global --add safe\.directory/,
    );
    await writeFile(settings, `[safe]\n\tdirectory = ${repository.folder}\n`);
    await expectDone(repository, onJudgement());
    await expectDone(repository, ["archive", "--rollback", "0"]);
  },
);

test("a repository whose files git looks for elsewhere is refused with what to do", async () => {
  await using place = await aSpareFolder();
  await using repository = await aRepository();
  await repository.git("config", "core.worktree", place.folder);
  expect(await refusal(repository, "init")).toMatch(
    /^2 This repository has its files in .*core\.worktree.*git clone/,
  );
  await repository.git("config", "core.worktree", repository.folder);
  await expectDone(repository, ["init"]);
});

test("without a name and an address git was told, its commits and tags are made all the same", async () => {
  await using home = await aSpareFolder();
  await using repository = await aProposal();
  await writeFile(join(home.folder, "gitconfig"), "[user]\n\tuseConfigOnly = true\n");
  vi.stubEnv("GIT_CONFIG_GLOBAL", join(home.folder, "gitconfig"));
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const key of ["user.name", "user.email"]) await repository.git("config", "--unset", key);
  await expectDone(repository, onJudgement());
  await expectDone(repository, ["archive", "--rollback", "0", "--restore"]);
  expect(await repository.git("log", "-1", "--format=%an <%ae>", "main")).toBe(
    "kira-improve <kira-improve@localhost>",
  );
});
