import type { Random } from "../../../src/domain/verdict/beta.ts";
import { planFor, type PlanRequest } from "../../../src/domain/verdict/plan.ts";
import { rehearse, type Rehearsal } from "../../../src/domain/verdict/rehearse.ts";
import { randomFor } from "./random.ts";
import { begin, truthOf, type World } from "./world.ts";

/** Evaluations in a cell of a table, unless told otherwise. */
export const repetitions = 2_000;

/** A mean with its Monte-Carlo standard error. */
export interface Measured {
  readonly mean: number;
  readonly error: number;
}

export function measured(values: readonly number[]): Measured {
  const n = values.length;
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / Math.max(1, n - 1) / n) };
}

export const greatest = (all: readonly Measured[]): Measured =>
  all.reduce((a, b) => (b.mean > a.mean ? b : a));
export const least = (all: readonly Measured[]): Measured => all.reduce((a, b) => (b.mean < a.mean ? b : a));

/** How often something holds, in per cent. */
export const percent = <Item>(items: readonly Item[], holds: (item: Item) => boolean): Measured =>
  measured(items.map((item) => (holds(item) ? 100 : 0)));

/** The same thing over and over, each time with the next random numbers of that name. */
export function repeat<Result>(
  name: string,
  once: (random: Random) => Result,
  times = repetitions,
): Result[] {
  const random = randomFor(name);
  return Array.from({ length: times }, () => once(random));
}

/** One evaluation in a bank drawn anew. */
export function evaluateIn(world: World, request: PlanRequest, random: Random): Rehearsal {
  const { evidence, attempt } = begin(truthOf(world, random), world, random);
  return rehearse(evidence, planFor(evidence, request), attempt);
}

export const isAccepted = ({ answer }: Pick<Rehearsal, "answer">): boolean => answer.kind === "improved";
export const isUndecided = ({ answer }: Pick<Rehearsal, "answer">): boolean => answer.kind === "undecided";
