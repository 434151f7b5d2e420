import type { Plan } from "./plan.ts";
import type { Statistics } from "./statistics.ts";
import type { Answer, Why } from "./step.ts";

export const signed = (x: number): string => `${x < 0 ? "−" : "+"}${Math.abs(x).toFixed(3)}`;
export const percent = (x: number): string => `${(100 * x).toFixed(x < 0.1 ? 1 : 0)} %`;

/** How often a change that changes nothing is called improved, at most; measured by `npm run bench -- gate`. */
export const statedRate = 0.025;

interface Told {
  readonly statistics: Statistics;
  readonly plan: Plan;
  readonly names: readonly string[];
  /** The limit that stopped it. */
  readonly stopped: string | undefined;
}

/** Why the verdict is what it is, in a sentence, and what to do where there is something to do. */
export function explain({ kind, why, names }: Answer, told: Omit<Told, "names">): string {
  const sentence = sentences[why];
  return sentence({ ...told, names }, kind === "improved", kind === "not-improved");
}

const list = (names: readonly string[]) =>
  names.length <= 3 ? names.join(", ") : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;
const doWord = (names: readonly string[]) => (names.length === 1 ? "does" : "do");

const sentences: Readonly<Record<Why, (told: Told, yes: boolean, no: boolean) => string>> = {
  "few-tasks": ({ statistics: { tasks } }) =>
    `Only ${tasks} ${tasks === 1 ? "task decides" : "tasks decide"}, and at least 5 are needed: add tasks.`,
  same: () => "An agent sees exactly the same in both, so there is nothing to compare.",
  saturated: () =>
    "Production passes every task in all of its trials, so this bank has no room to show a gain: add tasks that it fails.",
  bound: ({ statistics: { delta } }, yes) =>
    yes
      ? `The mean score rose by ${signed(delta)}; a change that changes nothing gets this far in at most ${percent(statedRate)} of cases.`
      : `A change of ${signed(delta)} was measured: so far below a gain worth having that more trials would be wasted.`,
  screen: ({ statistics: { delta }, plan }) =>
    `Against what is stored of production the mean score moved by ${signed(delta)}: too far below ${signed(plan.delta)} for fresh trials of both to be worth their price.`,
  cap: ({ statistics: { delta }, plan: { cap } }, yes) =>
    yes
      ? `The mean score rose by ${signed(delta)} over all ${cap} trials; a change that changes nothing gets this far in at most ${percent(statedRate)} of cases.`
      : `All ${cap} trials are made, and ${signed(delta)} could be chance or a gain: go on with --extend, or narrow the claim.`,
  runs: ({ statistics: { delta }, plan: { runs } }) =>
    `${signed(delta)} could be chance or a gain, and --runs allows no more than ${runs} trials of a task: raise it or leave it out.`,
  "no-change": () => "The agent gives the same answer every time, and not one result changed.",
  exact: ({ statistics: { delta } }, yes, no) =>
    no
      ? `The agent gives the same answer every time, and no more results got better than worse: the mean score moved by ${signed(delta)}.`
      : yes
        ? `The agent gives the same answer every time; by a sign test over the tasks whose result changed the gain of ${signed(delta)} is more than luck with these tasks.`
        : `The agent gives the same answer every time. On exactly these tasks the mean score moved by ${signed(delta)}; too few tasks changed to say more: add tasks that the change should help.`,
  "still-fails": () => "The tasks that it should mend still fail.",
  mended: ({ statistics: { baseline, candidate } }) =>
    `The tasks that it should mend went from ${percent(baseline)} to ${percent(candidate)}, and no other is broken; chance alone mends them in at most ${percent(statedRate)} of cases.`,
  unsettled: ({ names }) =>
    `The tasks that it should mend are mended, but whether ${list(names)} still ${doWord(names)} could not be settled.`,
  worse: ({ statistics: { delta } }) =>
    `The mean score fell by ${signed(-delta).slice(1)}, and not even the upper end of what the trials leave open is a gain.`,
  "broken-task": ({ names }) =>
    `${list(names)} worked before and no longer ${doWord(names)}, confirmed on fresh trials of both arms.`,
  "broken-category": ({ names }) => `The tasks of ${list(names)} got worse, whatever the others gained.`,
  open: () => "These scores do not decide yet: give more of both arms.",
  suspects: ({ names }) =>
    `The mean rose, but ${list(names)} may be broken: score ${names.length === 1 ? "it" : "them"} again, up to eight times in both arms, on lines with "stage": "guard".`,
  budget: ({ stopped = "a limit was reached" }) =>
    `Not decided yet: ${stopped}. What was tried is kept; the same command goes on.`,
  "fixes-nothing": ({ names }) => `It was made to mend ${list(names)}, and none of its tries did.`,
};
