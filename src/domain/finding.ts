import type { Cheat } from "./cheats.ts";
import type { Task } from "./task.ts";
import type { Grade } from "./trial.ts";
import type { Twins } from "./twins.ts";
import { fewestTasks } from "./verdict/plan.ts";

/** Something that a check of the task bank found. */
export interface Finding {
  /** A task that is `broken` says nothing true of an agent; the bank cannot be used as it is. */
  readonly severity: "broken" | "warning";
  readonly kind:
    "oracle" | "cheat" | "grader" | "flaky" | "unqualified" | "no-solution" | "duplicate" | "thin";
  /** Null if it concerns the bank as a whole. */
  readonly task: string | null;
  /** The cheat that passed. */
  readonly cheat?: Cheat["name"];
  /** One sentence that says what is wrong. */
  readonly what: string;
  /** One that says what to do. */
  readonly remedy: string;
}

/** What was graded: a right attempt, or one that has to fail. */
export type Attempt = "oracle" | Pick<Cheat, "name" | "passes" | "remedy">;

/** Below so many families nothing can be said about tasks that are only like those of the bank. */
export const fewestFamilies = 8;

/** What the grades of one and the same work say about the task. */
export function findingOf(task: string, attempt: Attempt, grades: readonly Grade[]): Finding | undefined {
  const about = { severity: "broken", task } as const;
  const work = attempt === "oracle" ? "its solution" : `the cheat "${attempt.name}"`;
  const failure = grades.find(({ score }) => Number.isNaN(score));
  if (failure)
    return {
      ...about,
      kind: "grader",
      what: `The grader could not judge ${work}: ${sentence(failure.reason)}`,
      remedy: "Correct the grader: where it cannot work, a trial counts for nothing.",
    };
  const [first] = grades;
  if (!first) return undefined;
  if (grades.some(({ score }) => score !== first.score))
    return { ...flaky(task), what: reasonOf(work, grades) };
  if (attempt === "oracle")
    return first.score === 1
      ? undefined
      : {
          ...about,
          kind: "oracle",
          what: `Its own solution scores ${shown(first.score)}: ${sentence(first.reason)}`,
          remedy: "Correct the solution or the criteria.",
        };
  if (first.score < 1) return undefined;
  return { ...about, kind: "cheat", cheat: attempt.name, what: attempt.passes, remedy: attempt.remedy };
}

/** @param reason why its grader is in quarantine */
export function flaky(task: string, reason = ""): Finding {
  return {
    severity: "warning",
    kind: "flaky",
    task,
    what: `The grader is in quarantine, and the task does not decide: ${reason}.`,
    remedy:
      "Let the grader depend on nothing but the answer and the files; once it is changed, it counts again.",
  };
}

/** @param reason why the judge of its rubric does not count yet */
export function unqualified(task: string, reason: string): Finding {
  return {
    severity: "warning",
    kind: "unqualified",
    task,
    what: `It has a rubric and does not decide: ${reason}.`,
    remedy: "Label answers, and run: kira-improve tasks judge --labels <file>.",
  };
}

export function unproven(task: string): Finding {
  return {
    severity: "warning",
    kind: "no-solution",
    task,
    what: "Nothing shows that it can be passed.",
    remedy: 'Add a right answer as "solution", or a folder solution/ with what a right attempt leaves.',
  };
}

export function duplicate({ first, second }: Twins): Finding {
  return {
    severity: "warning",
    kind: "duplicate",
    task: second.name,
    what: `It asks the same as ${first.name} and is judged alike, so that one answer counts double.`,
    remedy: "Change its prompt, or disable one of them.",
  };
}

/** What the bank lacks, counting only tasks that decide. */
export function thinness(deciding: ReadonlyArray<Pick<Task, "name" | "family">>): Finding[] {
  const families = new Set(deciding.map(({ family, name }) => family ?? name)).size;
  const [tasks, more] = [fewestTasks - deciding.length, fewestFamilies - families];
  const thin = { severity: "warning", kind: "thin", task: null } as const;
  const found: Finding[] = [];
  if (tasks > 0)
    found.push({
      ...thin,
      what: `No verdict is possible: ${deciding.length} of at least ${fewestTasks} tasks can decide.`,
      remedy: `Add ${tasks} more: kira-improve tasks add --from-outcome <id>.`,
    });
  if (more > 0)
    found.push({
      ...thin,
      what: `Generalisation cannot be shown: there are ${families} of at least ${fewestFamilies} families.`,
      remedy: `Add tasks of ${more} other ${more === 1 ? "family" : "families"}.`,
    });
  return found;
}

const worst = ["oracle", "cheat", "grader", "flaky", "unqualified", "duplicate", "thin", "no-solution"];

/** Worst first, alike ones together. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => worst.indexOf(a.kind) - worst.indexOf(b.kind));
}

function reasonOf(work: string, grades: readonly Grade[]): string {
  const scores = grades.map(({ score }) => shown(score));
  return `${work}, graded ${grades.length} times, scored ${scores.slice(0, -1).join(", ")} and ${scores.at(-1)}`;
}

const shown = (score: number) => String(Number(score.toFixed(4)));

const sentence = (reason: string) => (reason.endsWith(".") ? reason : `${reason}.`);
