import { describe, expect, test } from "vitest";
import type { Task } from "../../src/domain/task.ts";
import { openDatabase } from "../../src/store/database.ts";
import { applyEntry, openIndex } from "../../src/store/index.ts";
import {
  aLife,
  anAudit,
  anEvaluation,
  anExpiry,
  anIntent,
  aLook,
  aNode,
  aProposal,
  aQualification,
  aQuarantine,
  aSettlement,
  aTrial,
} from "./entries.ts";

const here = "here";

const aDecision = {
  proposalId: 2,
  timestamp: "2026-02-01T00:00:00.000Z",
  decision: "rejected",
  reason: "a later thought",
  by: "human",
} as const;

describe("a proposal", () => {
  test("is found by its number, its tree, its commit and its idea", () => {
    const { proposals } = anIndex();
    expect(proposals.get(2).uuid).toBe("uuid-2");
    expect(proposals.findByTree("tree-1")?.id).toBe(1);
    expect(proposals.findByCommit("commit-2")?.id).toBe(2);
    expect(proposals.findByCommit("tree-2")).toBeUndefined();
    expect([...proposals.ideas()]).toEqual(["idea-1", "idea-2"]);
    expect(proposals.nextId()).toBe(3);
  });

  test("that is not there is an error that says where to look", () => {
    expect(() => anIndex().proposals.get(7)).toThrow(
      "There is no proposal 7. See which there are with: kira-improve proposals.",
    );
  });

  test("that was opened again has no reason any more, and takes a new one", () => {
    const { proposals } = anIndex();
    proposals.decide({ ...aDecision, decision: "reopened" }, here);
    expect(proposals.state(2).rejectionReason).toBeNull();
    proposals.decide(aDecision, here);
    expect(proposals.state(2).rejectionReason).toBe("a later thought");
  });

  test("keeps the first reason of its rejection", () => {
    const { proposals } = anIndex();
    proposals.decide(aDecision, here);
    expect(proposals.state(2)).toMatchObject({ rejectionReason: "not ours", status: "draft" });
    proposals.setStatus(2, "rejected");
    expect(proposals.states().map(({ status }) => status)).toEqual(["draft", "rejected"]);
    expect(proposals.get(2)).not.toHaveProperty("status");
  });
});

test("evaluations are listed by proposal, oldest first", () => {
  const { evaluations } = anIndex();
  evaluations.add(anEvaluation({ id: 2, proposalId: 2 }), here);
  evaluations.add(anEvaluation({ id: 3, verdict: "inconclusive", passed: false }), here);
  expect(evaluations.of(1).map(({ id }) => id)).toEqual([1, 3]);
  expect(evaluations.of(9)).toEqual([]);
});

test("a trial is paid for once: the first stays, whatever comes under its key", () => {
  const { trials } = anIndex();
  trials.add(aTrial({ score: 0, result: "failed" }));
  expect(trials.find("key-1")).toMatchObject({ score: 1 });
  expect(trials.find("key-2")).toBeUndefined();
  trials.add(aTrial({ key: "key-2", tree: "tree-0" }));
  expect([...trials.trees()].sort()).toEqual(["tree-0", "tree-1"]);
});

test("the trials of a configuration are listed in the order of the record, whatever tree held it and whatever the clock said", () => {
  const { trials } = anIndex();
  trials.add(aTrial({ key: "key-0", tree: "tree-2", timestamp: "2026-01-29T00:00:00.000Z" }));
  trials.add(aTrial({ key: "key-3", configuration: "configuration-2" }));
  expect(trials.of("configuration-1").map(({ key }) => key)).toEqual(["key-1", "key-0"]);
});

test("how a comparison is decided is what was settled last", () => {
  const { settlements } = anIndex();
  settlements.add(aSettlement({ restarts: 1, timestamp: "" }));
  expect(settlements.find("compared-1")).toMatchObject({ restarts: 1, timestamp: "", claim: "better" });
  expect(settlements.find("compared-2")).toBeUndefined();
});

test("stored trials that no longer count are those before the last expiry that a comparison knows of, whatever the clock said", () => {
  const { settlements, trials } = anIndex();
  const earlier = "2025-01-01T00:00:00.000Z";
  const first = settlements.expiredUntil("configuration-1");
  trials.add(aTrial({ key: "key-2", timestamp: earlier }));
  const settlement = aSettlement({ timestamp: earlier });
  settlements.add(settlement);
  settlements.addExpiry(anExpiry({ timestamp: earlier, before: earlier }));
  trials.add(aTrial({ key: "key-4", timestamp: earlier }));
  const place = settlements.placeOf(settlement)!;
  const valid = (before?: number) =>
    trials.of("configuration-1", settlements.expiredUntil("configuration-1", before), before);
  expect(settlements.expiredUntil("configuration-1", place)).toBe(first);
  expect(valid(place).map(({ key }) => key)).toEqual(["key-2"]);
  expect(valid().map(({ key }) => key)).toEqual(["key-4"]);
  expect(settlements.placeOf({ ...settlement, timestamp: "2026-12-31T00:00:00.000Z" })).toBeUndefined();
  expect(settlements.expiredUntil("configuration-2")).toBe(0);
});

test("audits are listed oldest first, and the last one is at hand", () => {
  const { audits } = anIndex();
  audits.add(anAudit({ result: "lost", timestamp: "2026-01-01T00:00:00.000Z" }), here);
  expect(audits.list().map(({ result }) => result)).toEqual(["held", "lost"]);
  expect(audits.latest()?.result).toBe("lost");
});

test("what counts of a judge, and of a look at pairs, is what was found last", () => {
  const { rubrics } = anIndex();
  rubrics.addQualification(aQualification({ slips: 0, refusals: 12 }));
  rubrics.addQualification(aQualification({ judgeDigest: "judge-2", slips: 9 }));
  rubrics.addLook(aLook({ pairs: [] }));
  expect(rubrics.qualification("judge-1")).toMatchObject({ slips: 0 });
  expect(rubrics.qualification("judge-3")).toBeUndefined();
  expect(rubrics.look("evaluation-1")).toMatchObject({ pairs: [] });
  expect(rubrics.look("evaluation-2")).toBeUndefined();
});

test("a failure of the infrastructure cannot become evidence", () => {
  const { trials } = anIndex();
  trials.add(aTrial({ key: "key-3", result: "error" }));
  expect(trials.find("key-3")).toBeUndefined();
});

test("of several nodes on one commit, the newest tells what it is now", () => {
  const { archive } = anIndex();
  archive.add(aNode({ id: 2, commit: "commit-0", restores: 0 }), here);
  expect(archive.add(aNode({ id: 2, commit: "elsewhere" }), here)).toBe(false);
  expect(archive.findByCommit("commit-0")?.id).toBe(2);
  expect(archive.list().map(({ id }) => id)).toEqual([0, 1, 2]);
  expect(archive.latest()?.id).toBe(2);
  expect(archive.findByCommit("elsewhere")).toBeUndefined();
});

test("what was begun and not ended is what a killed process left, oldest first", () => {
  const index = anIndex();
  index.intents.add(anIntent("merge-0"));
  index.intents.add(anIntent("merge-2"));
  expect(index.intents.open().map(({ uuid }) => uuid)).toEqual(["merge-2", "merge-0"]);
  const timestamp = "2026-01-31T09:30:00.000Z";
  applyEntry(index, { kind: "completion", uuid: "merge-2", timestamp, result: "conflict" });
  expect(index.intents.open().map(({ uuid }) => uuid)).toEqual(["merge-0"]);
});

test("a grader in quarantine is found by what it is, with the first reason, and listed oldest first", () => {
  const index = anIndex();
  applyEntry(index, aQuarantine({ reason: "a later thought" }));
  applyEntry(
    index,
    aQuarantine({ gradingDigest: "grader-0", task: "a", timestamp: "2026-01-29T00:00:00.000Z" }),
  );
  expect(index.quarantine.find("grader-1")?.reason).toBe("its solution, graded 3 times, scored 1, 0 and 1");
  expect(index.quarantine.find("grader-1, corrected")).toBeUndefined();
  expect(index.quarantine.list().map(({ task }) => task)).toEqual(["a", "refund"]);
});

test("a fact is the last one set", () => {
  const { facts } = anIndex();
  facts.set("seen", `["commit-2"]`);
  expect(facts.find("seen")).toBe(`["commit-2"]`);
  expect(facts.find("bank")).toBeUndefined();
});

test("the table of tasks is a copy of the bank as it stands, for people who query it", () => {
  const db = openDatabase(":memory:");
  const { taskBank } = openIndex(db, here);
  const rows = () =>
    db
      .prepare("SELECT name, test_prompt, success_criteria, enabled, split FROM task_bank ORDER BY name")
      .all();
  taskBank.replace([aTask("a"), aTask("b")]);
  taskBank.replace([aTask("b", { enabled: false, split: "held-out" }), aTask("c")]);
  expect(rows()).toEqual([
    { name: "b", test_prompt: "Hello?", success_criteria: "[]", enabled: 0, split: "held-out" },
    { name: "c", test_prompt: "Hello?", success_criteria: "[]", enabled: 1, split: "seen" },
  ]);
  expect(() => taskBank.replace([aTask("d"), aTask("d")])).toThrow();
  expect(rows()).toHaveLength(2);
  db.close();
});

test("an identity or a number that is taken is not given to anything else, and the index says so", () => {
  const index = anIndex();
  expect(index.proposals.add(aProposal({ id: 3, uuid: "uuid-1" }))).toBe(false);
  expect(index.evaluations.add(anEvaluation({ uuid: "another" }), here)).toBe(false);
  expect([index.proposals.list().length, index.evaluations.get(1).uuid]).toEqual([2, "evaluation-1"]);
});

function anIndex() {
  const index = openIndex(openDatabase(":memory:"), here);
  for (const entry of aLife) applyEntry(index, entry);
  return index;
}

function aTask(name: string, changes: Partial<Task> = {}): Task {
  const about = { description: "Says hello", category: "manners", prompt: "Hello?", criteria: [] };
  const rules = {
    difficulty: "easy",
    enabled: true,
    split: "seen",
    mustPass: false,
    impossible: false,
  } as const;
  const digests = { fixtures: {}, graders: {}, solutions: {}, attemptDigest: "a", gradingDigest: "g" };
  return { name, file: `data/tasks/${name}.json`, ...about, ...rules, ...digests, ...changes };
}
