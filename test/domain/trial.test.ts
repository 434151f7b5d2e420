import fc from "fast-check";
import { expect, test } from "vitest";
import { digest, gradeKey, type RunIdentity, runKey } from "../../src/domain/trial.ts";

const run: RunIdentity = {
  tree: "t",
  task: "refund",
  attemptDigest: "a",
  agent: "sh agent.sh",
  sandbox: "none",
  stream: "ledger:1",
  repeat: 0,
};

test.each<[string, Partial<RunIdentity>]>([
  ["tree", { tree: "u" }],
  ["task", { task: "cancel" }],
  ["prompt or fixtures", { attemptDigest: "b" }],
  ["agent", { agent: "sh agent.sh --fast" }],
  ["sandbox", { sandbox: "bubblewrap" }],
  ["stream of evidence", { stream: "pair:1" }],
  ["repeat", { repeat: 1 }],
])("a trial of another %s is another trial", (_, change) => {
  expect(runKey({ ...run, ...change })).not.toBe(runKey(run));
  expect(runKey({ ...run })).toBe(runKey(run));
});

test("no two different trials share a key, however their fields run into each other", () => {
  const part = fc
    .array(fc.constantFrom("a", "b", ",", '"', "\0", "\\", "1", "\ud800"), { maxLength: 3 })
    .map((parts) => parts.join(""));
  const identity = fc.record({
    tree: part,
    task: part,
    attemptDigest: part,
    agent: part,
    sandbox: part,
    stream: fc.constantFrom("ledger:1" as const, "pair:1" as const, "guard:1" as const),
    repeat: fc.nat(3),
  });
  /** Hands one field's last characters to the next field: the same text, cut elsewhere. */
  const shifted = fc.tuple(identity, fc.nat(3)).map(([one, count]): [RunIdentity, RunIdentity] => {
    const cut = Math.max(0, one.task.length - count);
    return [
      one,
      { ...one, task: one.task.slice(0, cut), attemptDigest: one.task.slice(cut) + one.attemptDigest },
    ];
  });
  const same = (a: RunIdentity, b: RunIdentity) =>
    (Object.keys(a) as (keyof RunIdentity)[]).every((key) => a[key] === b[key]);
  const holds = fc.property(
    fc.oneof(shifted, fc.tuple(identity, identity)),
    ([a, b]) => (runKey(a) === runKey(b)) === same(a, b),
  );
  fc.assert(holds, { seed: 3, numRuns: 5000 });
});

test("a grade belongs to artifacts and criteria, each in its place", () => {
  expect(gradeKey("a", "b")).not.toBe(gradeKey("b", "a"));
  expect(gradeKey("ab", "")).not.toBe(gradeKey("a", "b"));
});

test("a digest tells a number, a text, nothing and their number apart", () => {
  const digests = [
    digest(1),
    digest("1"),
    digest(null),
    digest("null"),
    digest(),
    digest(""),
    digest("", ""),
    digest(true),
  ];
  expect(new Set(digests).size).toBe(digests.length);
});
