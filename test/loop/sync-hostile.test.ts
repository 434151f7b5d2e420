import { describe, expect, test } from "vitest";
import { execa } from "execa";
import { aHub, type Clone, type Hub, logged, proposed, toldBy } from "./clones.ts";

const stranger = "11111111-2222-3333-4444-555555555555";

/** Puts a journal on the hub as somebody could who may push there. */
async function planted(hub: Hub, lines: readonly (object | string)[], ref = `refs/kira/journal/${stranger}`) {
  const text = lines
    .map((line) => (typeof line === "string" ? line : JSON.stringify({ v: 1, ...line })))
    .join("\n");
  const write = (args: string[], input: string) =>
    execa("git", args, {
      cwd: hub.folder,
      input,
      env: {
        GIT_AUTHOR_NAME: "x",
        GIT_AUTHOR_EMAIL: "x@x",
        GIT_COMMITTER_NAME: "x",
        GIT_COMMITTER_EMAIL: "x@x",
      },
    });
  const blob = (await write(["hash-object", "-w", "--stdin"], `${text}\n`)).stdout;
  const inner = (await write(["mktree"], `100644 blob ${blob}\t0000000.jsonl\n`)).stdout;
  const tree = (await write(["mktree"], `040000 tree ${inner}\t000001\n`)).stdout;
  const commit = (await write(["commit-tree", tree], "journal\n")).stdout;
  await hub.git("update-ref", ref, commit);
}

const outcome = (id: number, more: object = {}) => ({
  ...{ kind: "outcome", id, timestamp: "2026-01-30T09:30:00.000Z", task: "planted", outcome: "failure" },
  ...{ category: "food", durationSeconds: null, notes: null, improvementId: null, sessionKey: null },
  ...{ source: "cli", commit: null, ...more },
});

async function reasons(clone: Clone): Promise<string> {
  const { status, stdout, stderr } = await clone.kira("sync");
  expect(status, stderr).toBe(0);
  return stdout;
}

describe("what a remote has is hostile until it was checked:", () => {
  test("lines that are no entries are left out with a sentence, and the good ones are taken", async () => {
    await using hub = await aHub();
    const { first } = hub;
    await first.sync();
    await planted(hub, [
      outcome(500),
      "no json",
      "null",
      outcome(501, { notes: "x".repeat(70_000) }),
      outcome(502, { outcome: "splendid" }),
      outcome(2 ** 60),
      { kind: "proposal", id: 7, branch: "kira/proposal/7-../../heads/main" },
      { kind: "node", ...{ id: 3, tag: "kira/archive/../../heads/main" } },
      { kind: "intent", uuid: "x", step: "merge", ref: "refs/heads/main", from: "a", to: "b" },
    ]);
    const main = await first.git("rev-parse", "main");
    expect(await reasons(first)).toContain(
      `7 lines in the journal of clone ${stranger} are not as kira-improve writes them; left out.`,
    );
    const { status } = await first.json<{ status: { total: object } }>("status");
    expect(status.total).toMatchObject({ failure: 1 });
    expect(await first.git("rev-parse", "main")).toBe(main);
    expect((await first.kira("reindex")).status).toBe(0);
    expect(
      (await first.json<typeof Object & { status: { total: object } }>("status")).status.total,
    ).toMatchObject({ failure: 1 });
  });

  test("numbers that we have shared already are not given away", async () => {
    await using hub = await aHub();
    const { first } = hub;
    await logged(first, "ours");
    const { uuid } = await proposed(first, { "skills/a.md": "a\n" }, "ours");
    await first.sync();
    const before = await toldBy(first);
    await planted(hub, [outcome(1)]);
    expect(await reasons(first)).toContain(
      "1 line in the journal of clone " +
        stranger +
        " claim a number that belongs to something else; left out.",
    );
    expect(await toldBy(first)).toBe(before);
    await first.json("reindex");
    expect(await toldBy(first)).toBe(before);
    const { proposal } = await first.json<{ proposal: object }>("proposals", "--show", "1");
    expect(proposal).toMatchObject({ uuid });
  });

  test("a journal that was rewritten adds nothing and takes nothing back", async () => {
    await using hub = await aHub();
    const { first } = hub;
    await planted(hub, [outcome(500)]);
    await first.sync();
    const before = await toldBy(first);
    await planted(hub, [outcome(501), outcome(502)]);
    expect(await reasons(first)).toContain(
      `origin has rewritten the journal of clone ${stranger}; what is known of it stays`,
    );
    expect(await toldBy(first)).toBe(before);
  });

  test("a journal under a name that is no clone's is left alone", async () => {
    await using hub = await aHub();
    await planted(hub, [outcome(500)], "refs/kira/journal/someone");
    expect(await reasons(hub.first)).toContain(
      'origin has a journal of "someone", which is no clone\'s name',
    );
  });
});

test("a verdict that came from elsewhere is shown, and is no permission", async () => {
  await using hub = await aHub();
  const { first } = hub;
  await first.sync();
  const other = await hub.clone("other");
  await other.sync();
  await proposed(
    first,
    { "skills/lessons.md": "# Lessons\n\n- food: dates, eggs, figs, grapes, honey, ice, jam\n" },
    "better",
  );
  expect((await first.kira("evaluate", "--proposal-id", "1", "--allow-unsandboxed")).status).toBe(0);
  await first.sync();
  await other.sync();
  expect((await other.json<{ proposals: object[] }>("proposals")).proposals).toMatchObject([
    { id: 1, status: "validated" },
  ]);
  const refused = await other.kira("merge", "--proposal-id", "1");
  expect([refused.status, refused.stderr]).toEqual([
    5,
    expect.stringContaining(
      "was judged in another clone, and what was judged elsewhere is no permission here. Evaluate it here: kira-improve evaluate --proposal-id 1.",
    ),
  ]);
  const { evaluation } = await other.json<{ evaluation: object }>(
    "evaluate",
    "--proposal-id",
    "1",
    "--allow-unsandboxed",
  );
  // The look of the first clone counts, and none of its trials.
  expect(evaluation).toMatchObject({ id: 2, verdict: "improved", restarts: 1, ledgerTrials: 70 });
  expect((await other.kira("merge", "--proposal-id", "1")).status).toBe(0);
});
