import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { chmod, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Git } from "../../src/git/git.ts";
import { reapSlots } from "../../src/git/reap.ts";
import { findRepository } from "../../src/git/repository.ts";
import { aRepository, aSpareFolder, type TestRepository } from "../support/repository.ts";

interface Place {
  readonly repository: TestRepository;
  readonly git: Git;
  /** Where the slots lie. */
  readonly base: string;
  readonly leases: () => string[];
  readonly worktrees: () => Promise<string>;
}

async function aPlace(): Promise<Place> {
  const repository = await aRepository();
  const spare = await aSpareFolder();
  onTestFinished(async () => {
    await repository[Symbol.asyncDispose]();
    await spare[Symbol.asyncDispose]();
  });
  const slots = join(repository.folder, ".git/kira/slots");
  return {
    repository,
    git: new Git(findRepository(repository.folder)),
    base: spare.folder,
    leases: () => readdirSync(slots).map((name) => join(slots, name)),
    worktrees: () => repository.git("worktree", "list", "--porcelain"),
  };
}

/** A process that has opened a slot and stays. */
async function holder({ repository, base }: Place, folder = repository.folder): Promise<ChildProcess> {
  const from = (file: string) => JSON.stringify(new URL(`../../src/git/${file}.ts`, import.meta.url).href);
  const script = `
    const { Git } = await import(${from("git")});
    const { findRepository } = await import(${from("repository")});
    const { openSlot } = await import(${from("worktree")});
    await openSlot(new Git(findRepository(${JSON.stringify(folder)})), "HEAD", ${JSON.stringify(base)});
    console.log("open");
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout!, "data");
  return child;
}

async function killed(place: Place): Promise<void> {
  const child = await holder(place);
  child.kill("SIGKILL");
  await once(child, "exit");
}

const entriesOf = ({ repository }: Place) => join(repository.folder, ".git/worktrees");
const entry = (place: Place, file = "") => join(entriesOf(place), readdirSync(entriesOf(place))[0]!, file);
const treeOf = (place: Place) => join(rootOf(place), rootOf(place).slice(-36));
const rootOf = ({ base }: Place) => join(base, readdirSync(base)[0]!);

test.each<[string, (place: Place) => Promise<unknown> | void]>([
  ["as it was", () => undefined],
  [
    "with its folder made unreadable",
    async (place) => {
      await mkdir(join(treeOf(place), "deep/er"), { recursive: true });
      await chmod(join(treeOf(place), "deep"), 0);
    },
  ],
  ["with its folder gone", (place) => rmSync(rootOf(place), { recursive: true })],
  [
    "while git was adding it: locked as initializing, half of it missing",
    (place) => {
      writeFileSync(entry(place, "locked"), "initializing");
      for (const file of ["HEAD", "commondir"]) rmSync(entry(place, file));
      rmSync(treeOf(place), { recursive: true });
    },
  ],
  [
    "before git had noted where it lies",
    (place) => {
      rmSync(entry(place, "gitdir"));
      rmSync(treeOf(place), { recursive: true });
    },
  ],
  [
    "while git was removing it: its entry says nothing any more",
    (place) => {
      for (const file of readdirSync(entry(place))) rmSync(entry(place, file), { recursive: true });
      rmSync(rootOf(place), { recursive: true });
    },
  ],
  [
    "between git's removing its entry and the folder of all entries",
    (place) => {
      rmSync(entry(place), { recursive: true });
      rmSync(treeOf(place), { recursive: true });
    },
  ],
  [
    "before anything but its lease was there",
    (place) => {
      rmSync(rootOf(place), { recursive: true });
      rmSync(entriesOf(place), { recursive: true });
    },
  ],
  [
    "while its lease was written",
    (place) => {
      const [lease] = place.leases();
      writeFileSync(lease!, readFileSync(lease!).subarray(0, 20));
      rmSync(rootOf(place), { recursive: true });
      rmSync(entriesOf(place), { recursive: true });
    },
  ],
  [
    "by a process whose number another has now",
    (place) => {
      const [lease] = place.leases();
      const text = readFileSync(lease!, "utf8");
      writeFileSync(lease!, text.replace(/"pid":\d+/, `"pid":${process.pid}`));
    },
  ],
])("what a killed process leaves is removed: %s", async (_, spoil) => {
  const place = await aPlace();
  const before = await place.worktrees();
  await killed(place);
  await spoil(place);
  expect(await reapSlots(place.git)).toBe(1);
  expect(await place.worktrees()).toBe(before);
  expect(readdirSync(place.base)).toEqual([]);
  expect(place.leases()).toEqual([]);
  expect(existsSync(join(place.repository.folder, ".git/worktrees"))).toBe(false);
  expect(await reapSlots(place.git)).toBe(0);
});

test("what is in use, the user's own and what has merely our names stays", async () => {
  const place = await aPlace();
  await using spare = await aSpareFolder();
  const theirs = join(spare.folder, "kira-trial-theirs", "tree");
  await place.repository.git(
    "worktree",
    "add",
    "--quiet",
    "--detach",
    "--lock",
    "--reason",
    "initializing",
    theirs,
  );
  const live = await holder(place);
  const before = [await place.worktrees(), readdirSync(place.base), place.leases()];
  expect(await reapSlots(place.git)).toBe(0);
  expect([await place.worktrees(), readdirSync(place.base), place.leases()]).toEqual(before);
  live.kill("SIGKILL");
  await once(live, "exit");
  expect(await reapSlots(place.git)).toBe(1);
  expect(await place.worktrees()).toContain("kira-trial-theirs");
  expect(readdirSync(spare.folder)).toEqual(["kira-trial-theirs"]);
});

test("a lease that points elsewhere removes nothing there, and neither does a link", async () => {
  const place = await aPlace();
  await using spare = await aSpareFolder();
  writeFileSync(join(spare.folder, "mine.txt"), "mine");
  await killed(place);
  const [lease] = place.leases();
  const root = rootOf(place);
  rmSync(root, { recursive: true });
  await symlink(spare.folder, root);
  await reapSlots(place.git);
  expect(readFileSync(join(spare.folder, "mine.txt"), "utf8")).toBe("mine");
  const { id, holder: gone } = { id: lease!.split("/").at(-1)!, holder: { pid: 0, started: "", boot: "" } };
  writeFileSync(lease!, JSON.stringify({ id, root: spare.folder, holder: gone }));
  expect(await reapSlots(place.git)).toBe(1);
  expect(readFileSync(join(spare.folder, "mine.txt"), "utf8")).toBe("mine");
});

test.skipIf(process.platform !== "linux")(
  "a program that ran on in the folder is ended, a shell that stands there is not",
  async () => {
    const place = await aPlace();
    await killed(place);
    const tree = treeOf(place);
    const start = (env: Record<string, string>) => {
      const child = spawn("sleep", ["60"], {
        cwd: tree,
        env: { PATH: "/usr/bin:/bin", ...env },
        stdio: "ignore",
        detached: true,
      });
      onTestFinished(() => void child.kill("SIGKILL"));
      return child;
    };
    const [agent, shell] = [start({ KIRA_WORKSPACE: tree }), start({ PWD: tree })];
    const ended = once(agent, "exit");
    await reapSlots(place.git);
    expect((await ended)[1]).toBe("SIGKILL");
    expect([shell.exitCode, shell.signalCode]).toEqual([null, null]);
    expect(readdirSync(place.base)).toEqual([]);
  },
);
