import { describe, expect, test } from "vitest";
import { aHub, type Clone, logged, proposed, toldBy } from "./clones.ts";

const good = "# Lessons\n\n- food: dates, eggs, figs, grapes, honey, ice, jam\n";
const evaluate = (clone: Clone, id: number) =>
  clone.kira("evaluate", "--proposal-id", String(id), "--allow-unsandboxed");
const refsOf = (clone: Clone) =>
  clone.git(
    "for-each-ref",
    "--format=%(refname) %(objectname)",
    "refs/kira/ids",
    "refs/kira/rejected",
    "refs/notes",
    "refs/tags",
    "refs/heads/kira",
  );

describe("two clones that worked on their own", () => {
  test("have the same record once both have synced: the same answers to the byte, the same refs", async () => {
    await using hub = await aHub();
    const one = hub.first;
    await one.sync();
    const other = await hub.clone("other", "2026-01-30T09:30:00Z"); // its clock is a day behind
    await other.sync();
    for (const [clone, word] of [
      [one, "figs"],
      [other, "jam"],
    ] as const) {
      for (const n of [1, 2, 3]) await logged(clone, `find ${word} ${n}`);
      await logged(clone, `sell ${word}`, "success");
      await clone.json("analyze", "--min-failures", "1");
    }
    await proposed(one, { "skills/lessons.md": good }, "know-more");
    await proposed(one, { "skills/style.md": "Be brief.\n" }, "brief");
    await proposed(other, { "skills/lessons.md": "# Lessons\n- food: figs\n" }, "know-figs");
    await proposed(other, { "skills/style.md": "Be long.\n" }, "long");
    expect((await evaluate(one, 1)).status).toBe(0);
    expect((await one.kira("merge", "--proposal-id", "1")).status).toBe(0);
    await evaluate(other, 1);
    await other.json("reject", "--proposal-id", "2", "--reason", "too long");
    await one.git("push", "--quiet", "origin", "main");

    const said: string[] = [];
    for (const clone of [one, other, one, other, one, other]) said.push(await clone.sync());
    expect(said[1]).toContain(
      "Proposals 1 to 2 of this clone are 3 to 4 now: another clone was first with the numbers.",
    );
    expect(said[1]).toContain("Evaluation 1 of this clone is 2 now");
    expect(said[1]).toContain("Analysis 1 of this clone is 2 now");
    expect(said[1]).toContain("Outcomes 1 to 4 of this clone are");
    expect(said[1]).toContain("Fast-forward with: git merge --ff-only origin/main");
    for (const last of said.slice(-2)) expect(last).toContain("have the same record");
    await other.git("merge", "--quiet", "--ff-only", "origin/main");

    const told = await toldBy(one);
    expect(await toldBy(other)).toBe(told);
    for (const word of ["know-more", "brief", "know-figs", "long", "merged", "too long"])
      expect(told).toContain(word);
    expect(await refsOf(other)).toBe(await refsOf(one));
    expect(await hub.git("fsck", "--strict")).toBe("");
    for (const clone of [one, other]) {
      await clone.json("reindex");
      expect(await toldBy(clone)).toBe(told);
      expect(await clone.git("fsck", "--strict", "--no-dangling")).toBe("");
    }
  });

  test("list what sync moved as its own, and undo says why it cannot reach back behind a new number", async () => {
    await using hub = await aHub();
    const one = hub.first;
    const other = await hub.clone("other");
    await proposed(one, { "skills/a.md": "a\n" }, "same-name");
    await proposed(other, { "skills/b.md": "b\n" }, "same-name");
    await proposed(other, { "skills/c.md": "c\n" }, "another");
    await other.json("reject", "--proposal-id", "2", "--reason", "too short");
    await one.json("reject", "--proposal-id", "1", "--reason", "too long");
    await one.sync();
    const before = await refsOf(other);
    await other.sync();

    type Move = { ref: string; from: string | null; to: string | null };
    type Listed = { operations: { uuid: string; command: string; moves: Move[] }[] };
    const { operations } = await other.json<Listed>("operations");
    const synced = operations.filter(({ command }) => command === "sync").reverse();
    expect(operations.filter(({ command }) => command === "recover")).toEqual([]);
    // Played over what was there before, what sync says it moved leads to what is there; a tag stands for its commit.
    const untagged = (lines: string) => lines.split("\n").filter((line) => !line.startsWith("refs/tags/"));
    const refs = new Map(untagged(before).map((line) => line.split(" ") as [string, string]));
    for (const { ref, from, to } of synced.flatMap(({ moves }) => moves)) {
      if (ref.startsWith("refs/tags/")) continue;
      expect(refs.get(ref) ?? null, ref).toBe(from);
      if (to === null) refs.delete(ref);
      else refs.set(ref, to);
    }
    expect([...refs].map((ref) => ref.join(" ")).sort()).toEqual(untagged(await refsOf(other)).sort());

    const handle = (command: string) => operations.find((each) => each.command === command)!.uuid.slice(0, 8);
    const state = await refsOf(other);
    for (const [command, way] of [
      ["propose", "Say no to it instead: kira-improve reject --proposal-id 4 --reason <why>."],
      ["reject", "See how it stands: kira-improve proposals --show 4."],
    ] as const)
      expect(await other.kira("undo", "--operation", handle(command))).toEqual({
        status: 4,
        stdout: "",
        stderr: `Operation ${handle(command)} cannot be taken back, because a sync has given proposal 2 the number 4 since. ${way}\n`,
      });
    expect(await refsOf(other)).toBe(state);
  });

  test("say which numbers have changed, and every ref has gone with them", async () => {
    await using hub = await aHub();
    const one = hub.first;
    const other = await hub.clone("other");
    const theirs = await proposed(one, { "skills/a.md": "a\n" }, "same-name");
    const ours = await proposed(other, { "skills/b.md": "b\n" }, "same-name");
    expect([theirs.branch, ours.branch]).toEqual(Array(2).fill("kira/proposal/1-same-name"));
    await one.sync();
    await other.git("switch", "--quiet", ours.branch);
    const said = await other.sync();
    expect(said).toContain("Proposal 1 of this clone is 2 now: another clone was first with the number.");
    // Whoever had it checked out still has.
    expect(await other.git("symbolic-ref", "--short", "HEAD")).toBe("kira/proposal/2-same-name");
    expect(
      await other.git(
        "rev-parse",
        "kira/proposal/1-same-name",
        "kira/proposal/2-same-name",
        "refs/kira/ids/1",
        "refs/kira/ids/2",
      ),
    ).toBe([theirs.commit, ours.commit, theirs.commit, ours.commit].join("\n"));
    const { proposal } = await other.json<{ proposal: object }>("proposals", "--show", "2");
    expect(proposal).toMatchObject({ uuid: ours.uuid, branch: "kira/proposal/2-same-name" });
    await other.git("switch", "--quiet", "main");
    expect((await proposed(other, { "skills/c.md": "c\n" }, "next")).id).toBe(3);
  });
});
