import { Budget, type Limits } from "../../domain/budget.ts";
import type { Qualification } from "../../domain/entry.ts";
import { KiraError } from "../../domain/errors.ts";
import { type Agreement, agreementOf, shortOf } from "../../domain/rubric/agreement.ts";
import { type Label, pointsOf } from "../../domain/rubric/label.ts";
import type { Ruling } from "../../domain/rubric/ruling.ts";
import { type Rubric, rubricOf, type Task } from "../../domain/task.ts";
import { digest } from "../../domain/trial.ts";
import { rule } from "../../graders/rubric.ts";
import type { Workspace } from "../../workspace.ts";
import { judgeDigest, refuseWithoutJudge } from "../evaluate/deciding.ts";
import { openJudge } from "../evaluate/judge-model.ts";
import { readBank } from "./tasks.ts";

export interface QualifyRequest {
  readonly labels: readonly Label[];
  readonly limits?: Limits | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A point on which judge and person differ. */
export interface Dispute {
  readonly task: string;
  readonly point: string;
  readonly answer: string;
  readonly person: boolean;
  readonly judgeSays: string;
}

export interface Qualified {
  readonly qualification: Qualification;
  readonly agreement: Agreement;
  /** Why the judge does not count; null if it does. */
  readonly short: string | null;
  readonly disputes: readonly Dispute[];
  /** Tasks with a rubric of which no answer was labelled. */
  readonly unlabelled: readonly string[];
}

interface Case {
  readonly task: Task;
  readonly points: Rubric["points"];
  readonly answer: string;
  readonly person: readonly boolean[];
}

/**
 * Lets the judge of production's configuration rule on answers that a person has labelled, and puts on record how far
 * they agree. What was found last is what counts.
 */
export async function qualify(workspace: Workspace, request: QualifyRequest): Promise<Qualified> {
  using _lock = workspace.lock("tasks judge");
  const { record, now, report } = workspace;
  const { labels, limits = {}, signal } = request;
  const rules = await workspace.rules();
  const { config } = rules;
  const { tasks } = await readBank(workspace, rules);
  refuseWithoutJudge(config, tasks);
  const cases = casesOf(tasks, labels);
  const budget = new Budget(limits, () => performance.now());
  const spent = { costUsd: 0, tokens: 0 };
  const judge = openJudge(workspace, { config, budget, signal });
  if (!judge)
    throw new KiraError("invalid", "No task has a rubric, so there is no judge. Give one a rubric first.");
  const rulings: Ruling[][] = [];
  for (const { points, task, answer } of cases) {
    const before = { ...spent };
    rulings.push(await rule(points, { prompt: task.prompt, answer }, judge(spent)));
    budget.think(spent.costUsd - before.costUsd, spent.tokens - before.tokens);
  }
  const qualification: Qualification = {
    timestamp: now().toISOString(),
    judge: config.evaluate.judge!,
    judgeDigest: judgeDigest(config),
    labelsDigest: digest(
      ...cases.map(({ task, answer, person }) => digest(task.gradingDigest, answer, ...person)).sort(),
    ),
    ...countsOf(cases, rulings),
    ...spent,
  };
  record.write(() => [{ kind: "qualification", ...qualification }]);
  const short = shortOf(qualification) ?? null;
  const what = `${qualification.judge} ${short === null ? "counts" : "does not count"}`;
  report({ kind: "step", step: "judge", what, why: short ?? "it agrees with a person" });
  return {
    ...{ qualification, agreement: agreementOf(qualification), short },
    disputes: disputesIn(cases, rulings),
    unlabelled: tasks
      .filter((task) => task.enabled && rubricOf(task) && !cases.some((each) => each.task === task))
      .map(({ name }) => name),
  };
}

/** @throws KiraError `not-found` for a task that is none, `invalid` for a label that cannot be used */
function casesOf(tasks: readonly Task[], labels: readonly Label[]): Case[] {
  const byName = new Map(tasks.map((task) => [task.name, task]));
  const seen = new Set<string>();
  return labels.map((label) => {
    const task = byName.get(label.task);
    const rubric = task && rubricOf(task);
    if (!rubric)
      throw new KiraError(
        task ? "invalid" : "not-found",
        task
          ? `The task ${label.task} has no rubric on the production branch. Label answers to tasks that have one.`
          : `There is no task "${label.task}" on the production branch. See them with: kira-improve tasks list.`,
      );
    const key = digest(label.task, label.answer);
    if (seen.has(key))
      throw new KiraError(
        "invalid",
        `One answer to ${label.task} is labelled twice, and would count double. Leave one of them out.`,
      );
    seen.add(key);
    const { points } = rubric;
    return { task, points, answer: label.answer, person: pointsOf(label, points.length) };
  });
}

function countsOf(cases: readonly Case[], rulings: readonly (readonly Ruling[])[]) {
  const pairs = cases.flatMap(({ person }, i) =>
    person.map((holds, at) => ({ person: holds, judge: rulings[i]![at]!.holds })),
  );
  const count = (person: boolean, judge: boolean) =>
    pairs.filter((pair) => pair.person === person && pair.judge === judge).length;
  return {
    hits: count(true, true),
    misses: count(true, false),
    refusals: count(false, false),
    slips: count(false, true),
    answers: cases.length,
    holding: cases.filter(({ person }) => person.includes(true)).length,
    failing: cases.filter(({ person }) => person.includes(false)).length,
  };
}

function disputesIn(cases: readonly Case[], rulings: readonly (readonly Ruling[])[]): Dispute[] {
  return cases.flatMap(({ task, points, answer, person }, i) =>
    person.flatMap((holds, at) => {
      const ruling = rulings[i]![at]!;
      if (ruling.holds === holds) return [];
      const point = points[at]!.says;
      return [{ task: task.name, point, answer, person: holds, judgeSays: ruling.reason }];
    }),
  );
}
