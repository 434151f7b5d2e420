import { chmod, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stateOf } from "../support/state.ts";
import { aHub, type Clone, type Hub, logged, proposed, toldBy } from "./clones.ts";

const ended = async (clone: Clone, ...args: string[]) => {
  const { status, stderr } = await clone.kira("sync", ...args);
  return `${status} ${stderr.trim().split("\n").at(-1)}`;
};

/** A hook of the hub's, which reads the refs that are pushed. */
async function hook(hub: Hub, name: string, script: string): Promise<void> {
  const file = join(hub.folder, "hooks", name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

describe("one sentence says what is in the way, and nothing is half done:", () => {
  test("no remote, several without origin, and one that is not there", async () => {
    await using hub = await aHub();
    const { first } = hub;
    const before = await stateOf(first.folder);
    expect(await ended(first, "upstream")).toBe(
      '3 There is no remote "upstream". There is origin; or add it: git remote add <name> <address>.',
    );
    await first.git("remote", "rename", "origin", "a");
    await first.git("remote", "add", "b", hub.folder);
    expect(await ended(first)).toBe(
      "2 There are several remotes and none is called origin: a, b. Name one: kira-improve sync a.",
    );
    await first.git("remote", "remove", "a");
    await first.git("remote", "remove", "b");
    expect(await ended(first)).toBe(
      "2 There is no remote to share the record with. Add one: git remote add origin <address>.",
    );
    expect((await stateOf(first.folder)).head).toBe(before.head);
  });

  test("a remote that cannot be reached", async () => {
    await using hub = await aHub();
    const { first } = hub;
    await first.sync();
    const before = await stateOf(first.folder);
    await rm(hub.folder, { recursive: true });
    expect(await ended(first)).toMatch(
      /^7 origin cannot be fetched from: .*hub\.git.*\. Nothing was changed\. Check its address with: git remote get-url origin/,
    );
    expect(await stateOf(first.folder)).toEqual(before);
  });

  test("a remote whose rules refuse a branch", async () => {
    await using hub = await aHub();
    const { first } = hub;
    await proposed(first, { "skills/a.md": "a\n" }, "idea");
    await hook(hub, "update", 'case "$1" in refs/heads/kira/*) echo protected >&2; exit 1 ;; esac');
    expect(await ended(first)).toMatch(
      /^5 origin refuses refs\/heads\/kira\/proposal\/1-idea: hook declined\. Nothing was pushed; .* run: kira-improve sync origin\.$/,
    );
    expect(await hub.git("for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
    await rm(join(hub.folder, "hooks/update"));
    await first.sync();
    const branch = "kira/proposal/1-idea";
    expect(await hub.git("rev-parse", branch)).toBe(await first.git("rev-parse", branch));
  });

  test("an empty remote takes all there is", async () => {
    await using hub = await aHub();
    const { first } = hub;
    await hub.git("update-ref", "-d", "refs/heads/main");
    expect(await first.sync()).toContain("origin has no main yet. Push it with: git push origin main");
    expect(await hub.git("for-each-ref", "--format=%(refname)", "refs/tags")).toBe(
      "refs/tags/kira/archive/0000",
    );
  });
});

test("whoever pushes at the same moment is waited for, and both have all in the end", async () => {
  await using hub = await aHub();
  const one = hub.first;
  await one.sync();
  const clones = [one, await hub.clone("two"), await hub.clone("three")];
  for (const clone of clones)
    for (const n of [1, 2]) await logged(clone, `work ${n} of ${clone.folder.length}`);
  await Promise.all(clones.map((clone) => clone.sync()));
  for (const clone of [...clones, ...clones, ...clones]) await clone.sync();
  const told = await toldBy(one);
  expect(JSON.parse(told.slice(told.lastIndexOf('{"status"'))).status.total.failure).toBe(6);
  for (const clone of clones) expect(await toldBy(clone)).toBe(told);
  expect(await hub.git("fsck", "--strict")).toBe("");
});

test("a push that came second looks again, and gives its own numbers away", async () => {
  await using hub = await aHub();
  const one = hub.first;
  await one.sync();
  const other = await hub.clone("other");
  await other.sync();
  await proposed(one, { "skills/a.md": "a\n" }, "first");
  await proposed(other, { "skills/b.md": "b\n" }, "second");
  // Just before the push of one arrives, the other's is there already.
  const flag = join(hub.folder, "once");
  await writeFile(flag, "");
  await one.git("config", "core.hooksPath", ".git/my-hooks");
  await one.write({
    ".git/my-hooks/pre-push": `#!/bin/sh\n[ -e '${flag}' ] || exit 0\nrm '${flag}'\nuntil [ -e '${flag}.done' ]; do sleep 0.1; done\n`,
  });
  const slow = one.sync();
  await expect.poll(() => existsSync(flag), { timeout: 30_000 }).toBe(false);
  await other.sync();
  await writeFile(`${flag}.done`, "");
  expect(await slow).toContain("Proposal 1 of this clone is 2 now: another clone was first with the number.");
  await other.sync();
  expect(await toldBy(one)).toBe(await toldBy(other));
  expect(await hub.git("for-each-ref", "--format=%(refname:short)", "refs/heads/kira")).toBe(
    "kira/proposal/1-second\nkira/proposal/2-first",
  );
});
