import { describe, expect, test } from "vitest";
import type { Conclusion, TaskScores } from "../../src/domain/evaluation.ts";
import { renderVerdict } from "../../src/report/verdict.ts";
import { anEvaluation } from "../store/entries.ts";

const aTask = (task: string, changes: Partial<TaskScores> = {}): TaskScores => ({
  ...{ task, category: "food", family: task, mustPass: false, fixes: false },
  ...{ ledger: [0, 1], baseline: [], shared: 0, candidate: [1, 1], guard: { baseline: [], candidate: [] } },
  ...changes,
});

const card = (changes: Partial<Conclusion> = {}): string =>
  renderVerdict("Proposal 3", { ...anEvaluation(), tasks: [aTask("figs")], ...changes }, 100);

describe("the card of a verdict", () => {
  test("begins with the verdict and its reason, and tells what was measured on how much evidence", () => {
    const text = card();
    expect(text).toMatch(/^Proposal 3: IMPROVED\nIt rose\.\n\n/);
    expect(text).toMatch(/On this bank +0\.000 → 1\.000, \+1\.000 \(95 %: \+0\.500 to \+1\.500\)/);
    // e⁴ = 55, e³ = 20.
    expect(text).toMatch(
      /Strength +55 to 1 for it, 20 to 1 is enough; could have seen \+0\.300 in eight of ten/,
    );
    expect(text).toMatch(/Evidence +6 trials, 12 for the ledger of production, made once/);
  });

  test("says what is unproven below eight families, and gives an interval from then on", () => {
    expect(card()).toMatch(/On tasks like it +generalisation unproven: 1 family, 8 are needed/);
    const { statistics } = anEvaluation();
    const wide = { ...statistics, families: 9, generalInterval: [0.1, 0.4] as const };
    expect(card({ statistics: wide })).toMatch(/On tasks like it +95 %: \+0\.100 to \+0\.400, 9 families/);
  });

  test("of a fix claims no more than that", () => {
    const text = card({ claim: "fix" });
    expect(text).toMatch(/^Proposal 3: IMPROVED \(fix\)\n/);
    expect(text).toMatch(/On tasks like it +not claimed/);
  });

  test("shows what is flagged, that nothing contained the agent, and errors by arm", () => {
    const flags = [{ kind: "impossible", task: "moon", what: "it cannot be passed, and was" }] as const;
    const text = card({ flags, contained: false, errors: { baseline: 1, candidate: 2 } });
    expect(text).toMatch(/Flagged +moon: it cannot be passed, and was/);
    expect(text).toMatch(/Not contained +the agent ran without a sandbox/);
    expect(text).toMatch(/infrastructure\s+errors:\s+1\s+baseline,\s+2\s+candidate/);
  });

  test("lists the five tasks that moved most, both ways, with the pairs that were asked again", () => {
    const guard = { baseline: [1, 1, 1], candidate: [0, 0, 0] };
    const lost = aTask("kale", { ledger: [1, 1], candidate: [0, 0], guard });
    const still = aTask("leek", { candidate: [0, 1] });
    const text = card({ tasks: [...["a", "b", "c", "d", "e"].map((name) => aTask(name)), lost, still] });
    expect(text).toMatch(/5 up, 1 down of 7 tasks; the largest:/);
    expect(text).toMatch(/kale +2\/2 +0\/2 +−1\.000 +3\/3 → 0\/3/);
    expect(text).not.toContain("leek");
  });

  test("tells what the rule in wide use would have said of the same trials", () => {
    expect(card()).toMatch(/The usual rule +“mean gain of 0\.05 or more” would have said yes \(\+0\.500\)/);
    expect(card({ tasks: [aTask("figs", { candidate: [] })] })).toMatch(/The usual rule +would have nothing/);
  });
});
