import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { kira } from "../../support/kira.ts";
import { anAgent, aRepository, aSpareFolder, type TestRepository } from "../../support/repository.ts";
import { adopted, everythingSettledIn, idea, refusal, shown } from "../support.ts";
import { expectDone, onJudgement } from "./support.ts";

const { exitCode } = await execa("ssh-keygen", ["-?"], { reject: false });
const canSign = exitCode !== undefined;

/** A repository in which every commit and tag has to be signed, with a key that was made for the test. */
async function aSigner(keys: string): Promise<TestRepository> {
  const key = join(keys, "key");
  await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", key]);
  const { stdout } = await execa("cat", [`${key}.pub`]);
  await writeFile(join(keys, "signers"), `test@example.invalid ${stdout}\n`);
  const repository = await aRepository(anAgent());
  for (const [name, value] of Object.entries({
    "gpg.format": "ssh",
    "user.signingKey": `${key}.pub`,
    "gpg.ssh.allowedSignersFile": join(keys, "signers"),
    "commit.gpgSign": "true",
    "tag.gpgSign": "yes",
    "merge.verifySignatures": "true",
    "kira.acceptUnsandboxed": "true",
  }))
    await repository.git("config", name, value);
  return repository;
}

test.skipIf(!canSign)("who signs all commits and tags finds ours signed, too", async () => {
  await using keys = await aSpareFolder();
  await using repository = await aSigner(keys.folder);
  const { git } = repository;
  await expectDone(repository, ["init"]);
  const { commit, uuid } = await idea(repository, { "skills/new.md": "new\n" }, "idea");
  await git("verify-commit", commit);
  expect(
    await git(
      "show",
      "--no-patch",
      "--format=%an <%ae> %cn %s%n%(trailers:key=Kira-Proposal,valueonly)",
      commit,
    ),
  ).toBe(`Test <test@example.invalid> Test improve(manual): idea\n${uuid}\n`);
  await expectDone(repository, onJudgement());
  await expectDone(repository, ["archive", "--rollback", "0", "--restore"]);
  await git("verify-commit", "main");
  for (const node of ["0000", "0001", "0002"]) await git("verify-tag", `kira/archive/${node}`);
  expect(await git("fsck", "--strict", "--no-dangling")).toBe("");
});

test.skipIf(!canSign)(
  "who signs annotated tags alone finds ours signed, and a lost key is said",
  async () => {
    await using keys = await aSpareFolder();
    await using repository = await aSigner(keys.folder);
    const { git } = repository;
    await git("config", "--unset", "commit.gpgSign");
    await git("config", "--unset", "tag.gpgSign");
    await git("config", "tag.forceSignAnnotated", "true");
    await expectDone(repository, ["init"]);
    await git("verify-tag", "kira/archive/0000");
    await idea(repository, { "skills/new.md": "new\n" }, "idea");
    await rename(join(keys.folder, "key"), join(keys.folder, "key.lost"));
    const before = await everythingSettledIn(repository);
    expect(await refusal(repository, ...onJudgement())).toMatch(
      /^7 git is set to sign each tag and cannot: .+ git config tag\.forceSignAnnotated false\. Nothing was changed\.$/,
    );
    expect(await everythingSettledIn(repository)).toEqual(before);
  },
);

test.skipIf(!canSign)(
  "a key that is gone is said, nothing is half done, and with the key it works",
  async () => {
    await using keys = await aSpareFolder();
    await using repository = await aSigner(keys.folder);
    const { folder, git } = repository;
    const key = join(keys.folder, "key");
    const lose = () => rename(key, `${key}.lost`);
    const find = () => rename(`${key}.lost`, key);
    const cannot =
      /^7 git is set to sign each (commit|tag) and cannot: .+ Mend that, or do without it here: git config \1\.gpgSign false\. Nothing was changed\.$/;

    await lose();
    expect(await refusal(repository, "init")).toMatch(cannot);
    expect(await git("tag")).toBe("");
    await find();
    await expectDone(repository, ["init"]);

    const { branch } = await idea(repository, { "skills/new.md": "new\n" }, "idea");
    await git("switch", "--quiet", "--create", "other");
    await repository.commit({ "skills/other.md": "other\n" });
    await git("switch", "--quiet", "main");
    await lose();
    const before = await everythingSettledIn(repository);
    for (const args of [["propose", "--from", "other"], onJudgement()])
      expect(await refusal(repository, ...args)).toMatch(cannot);
    expect(await everythingSettledIn(repository)).toEqual(before);
    await find();
    await expectDone(repository, onJudgement());
    await adopted(repository, "other");

    await lose();
    const merged = await everythingSettledIn(repository);
    expect(await refusal(repository, "archive", "--rollback", "0", "--restore")).toMatch(cannot);
    expect(await everythingSettledIn(repository)).toEqual(merged);
    // What needs no signature goes on: looking, moving back, saying no.
    for (const args of [
      ["status"],
      ["archive", "--rollback", "0"],
      ["reject", "--proposal-id", "2", "--reason", "no"],
    ])
      await expectDone(repository, args);
    expect(await shown(repository, 1)).toMatchObject({ branch, status: "draft" });
    expect((await kira({ folder }, "archive", "--rollback", "1")).status).toBe(0);
  },
);

test.skipIf(!canSign)(
  "a tag that could not be signed when it was due is made by a later command, and looking goes on",
  async () => {
    await using keys = await aSpareFolder();
    await using repository = await aSigner(keys.folder);
    const { folder, git } = repository;
    await expectDone(repository, ["init"]);
    await idea(repository, { "skills/new.md": "new\n" }, "idea");
    await expectDone(repository, onJudgement());
    await git("tag", "--delete", "kira/archive/0001");
    await rename(join(keys.folder, "key"), join(keys.folder, "key.lost"));
    await expectDone(repository, ["log", "--task", "t", "--outcome", "success", "--category", "c"]);
    const { status, stderr } = await kira({ folder }, "status");
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(
        /^kira\/archive\/0001 is not tagged yet: .+ The next command tries again\.\n$/,
      ),
    });
    await rename(join(keys.folder, "key.lost"), join(keys.folder, "key"));
    await expectDone(repository, ["status"]);
    await git("verify-tag", "kira/archive/0001");
  },
);
