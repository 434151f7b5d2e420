import type { Settlement } from "../../domain/evaluation.ts";
import { KiraError } from "../../domain/errors.ts";
import type { Trial } from "../../domain/trial.ts";
import { answerNow, nextStep } from "../../domain/verdict/decide.ts";
import { TaskEvidence } from "../../domain/verdict/evidence.ts";
import { fewestTasks, type Plan, planFor } from "../../domain/verdict/plan.ts";
import { ruleFor } from "../../domain/verdict/rules.ts";
import { driftZ } from "../../domain/verdict/statistics.ts";
import type { Answer } from "../../domain/verdict/step.ts";
import type { Workspace } from "../../workspace.ts";
import { isWithinDay, storedBaseline } from "./baseline.ts";
import type { Comparison } from "./comparison.ts";
import { Bookkeeping } from "./evidence.ts";
import { refuseBadInfrastructure } from "./infrastructure.ts";
import { fillLedger } from "./ledger.ts";
import { openTrials, type TrialRunner } from "./run-trials.ts";
import { type Question, settle, startOver } from "./settle.ts";

/** A z above this between ledger and fresh trials of the same baseline: the provider has changed. */
const driftLimit = 3;

export interface JudgeRequest extends Question {
  /** New trials of a task in an arm at most. */
  readonly runs?: number | undefined;
  /** How often an evaluation that ended undecided at its cap was extended. */
  readonly extensions?: number | undefined;
}

/** Where a comparison ended, with everything it rests on. */
export interface Judgement {
  readonly settlement: Settlement;
  /** How often it was begun anew, here and elsewhere. */
  readonly restarts: number;
  readonly plan: Plan;
  readonly evidence: readonly TaskEvidence[];
  /** How many of each task's baseline trials other evaluations made. */
  readonly shared: readonly number[];
  readonly answer: Answer;
  /** Trials of this comparison, its ledger's apart. */
  readonly trials: readonly Trial[];
  readonly ledgerTrials: readonly Trial[];
  /** The limit of the budget that stopped it. */
  readonly stopped: string | undefined;
}

/**
 * Compares two trees: settles how, fills the ledger as far as the claim needs it, and makes trials until the evidence
 * decides or the budget ends. Asked again, it takes the same path over the trials that are stored.
 */
export async function judge(
  workspace: Workspace,
  comparison: Comparison,
  request: JudgeRequest,
): Promise<Judgement> {
  await using runner = openTrials(workspace, comparison);
  let made: readonly Trial[] = [];
  for (;;) {
    const { settlement, isNew } = settle(workspace, comparison, request);
    let stopped: string | undefined;
    if (isNew && needsLedger(comparison, settlement)) {
      const ledger = await fillLedger(workspace, comparison, runner);
      made = [...made, ...ledger.made];
      stopped = ledger.stopped;
    }
    // Settled once the ledger is full: what was stored until then is what it is planned upon.
    const settled = isNew
      ? settle(workspace, comparison, request, stopped === undefined).settlement
      : settlement;
    const judgement = await follow(workspace, comparison, runner, settled, request, stopped);
    if (judgement) return { ...judgement, ledgerTrials: made };
    startOver(workspace, settled);
  }
}

/** A fix is shown by fresh pairs; and what cannot be decided in any case is not paid for. */
const needsLedger = ({ tasks, visible }: Comparison, { claim }: Settlement) =>
  claim === "better" && tasks.length >= fewestTasks && visible.baseline !== visible.candidate;

/** @returns undefined if the trials so far are too old to be compared with new ones */
async function follow(
  workspace: Workspace,
  comparison: Comparison,
  runner: TrialRunner,
  settlement: Settlement,
  { runs, extensions }: JudgeRequest,
  alreadyStopped: string | undefined,
): Promise<Omit<Judgement, "ledgerTrials"> | undefined> {
  const stored = storedBaseline(workspace, comparison, settlement);
  const books = new Bookkeeping(comparison, settlement, stored);
  await books.readStored(runner);
  const { evidence } = books;
  const shared = evidence.map(({ sums }) => sums.baseline.n);
  const block = comparison.config.evaluate.concurrency;
  const rule = ruleFor(settlement.delta)!;
  const { claim } = settlement;
  // Each time that another clone began the same comparison was a look at it, too.
  const restarts = settlement.restarts + workspace.record.index.settlements.looksElsewhere(settlement.key);
  const plan = planFor(evidence, { rule, claim, runs, block, restarts, extensions });
  const done = (answer: Answer, stopped?: string) => {
    const trials = books.trials;
    return { settlement, restarts, plan, evidence, shared, answer, trials, stopped };
  };
  if (comparison.visible.baseline === comparison.visible.candidate)
    return done({ kind: "not-improved", why: "same", names: [] });
  if (alreadyStopped !== undefined)
    return done({ kind: "undecided", why: "budget", names: [] }, alreadyStopped);
  const isStale = !isWithinDay(workspace.now().toISOString(), settlement.timestamp);
  for (;;) {
    const step = nextStep(evidence, plan);
    if ("answer" in step) {
      refuseBadInfrastructure(books.trials);
      watchDrift(workspace, comparison, evidence);
      return done(step.answer);
    }
    const specs = books.specsFor(step.wanted);
    if (isStale && runner.lacks(specs)) return undefined;
    const { trials, stopped } = await runner.run(specs, claimPhase(step.wanted[0]!.stage), plan.cap);
    books.take(step.wanted, specs, trials);
    refuseChangedModel(workspace, comparison, settlement, books.models());
    if (stopped !== undefined) return done(answerNow(evidence, plan), stopped);
  }
}

const claimPhase = (stage: "main" | "guard") => (stage === "guard" ? "guard of single tasks" : "comparison");

/** A ledger that no longer tells what the baseline does today is not trusted by the next evaluation. */
function watchDrift({ record, now }: Workspace, { visible }: Comparison, evidence: readonly TaskEvidence[]) {
  const z = driftZ(evidence);
  if (Math.abs(z) < driftLimit) return;
  const timestamp = now().toISOString();
  const reason = `fresh trials of the baseline differ from stored ones by ${z.toFixed(1)} standard errors`;
  record.write(() => [
    { kind: "expiry", configuration: visible.baseline, timestamp, before: timestamp, reason },
  ]);
}

/** Trials that another model served are no evidence beside these. */
function refuseChangedModel(
  workspace: Workspace,
  comparison: Comparison,
  settlement: Settlement,
  models: readonly string[],
): void {
  if (models.length < 2) return;
  const { record, now } = workspace;
  const timestamp = now().toISOString();
  const reason = `the model changed from ${models[0]} to ${models[1]}`;
  record.write(() => [
    { kind: "expiry", configuration: comparison.visible.baseline, timestamp, before: timestamp, reason },
  ]);
  startOver(workspace, settlement);
  throw new KiraError(
    "unavailable",
    `There is no verdict: ${reason} on the way, and trials of two models cannot be compared. Start over with: ${comparison.resume}.`,
    { models },
  );
}
