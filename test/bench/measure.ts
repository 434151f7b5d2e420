/** One promise with the figure that was measured. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** A limit from above, or from below where more is better. */
  readonly target: number;
  readonly met: boolean;
  /** What was measured beside it in the same run, and how often. */
  readonly beside: string;
}

/** @param print for tables that say more than the promises */
export type Suite = (print: (table: string) => void) => Promise<readonly Row[]>;

type Figure = Pick<Row, "name" | "value" | "unit" | "target" | "beside">;

export const atMost = (figure: Figure): Row => ({ ...figure, met: figure.value <= figure.target });
export const atLeast = (figure: Figure): Row => ({ ...figure, met: figure.value >= figure.target });

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Milliseconds that something takes. */
export function clock(act: () => void): number {
  const began = performance.now();
  act();
  return performance.now() - began;
}

/**
 * The milliseconds of each act, run after run in turn and in alternating order, so that a machine that gets slower
 * or busier slows all of them alike. A first round warms caches and is not counted.
 */
export function interleave<Name extends string>(
  runs: number,
  acts: Readonly<Record<Name, (run: number) => void>>,
): Record<Name, number[]> {
  const names = Object.keys(acts) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let run = 0; run <= runs; run++) {
    for (const name of run % 2 === 0 ? names : names.toReversed()) {
      const ms = clock(() => acts[name](run));
      if (run > 0) times[name].push(ms);
    }
  }
  return times;
}

/** The medians over pairs of runs: how many times as long, and how much longer. */
export function compare(times: readonly number[], yardstick: readonly number[]) {
  return {
    ratio: median(times.map((ms, run) => ms / yardstick[run]!)),
    difference: median(times.map((ms, run) => ms - yardstick[run]!)),
  };
}

export function renderRows(suite: string, rows: readonly Row[]): string {
  const cells = rows.map(({ name, value, unit, target, met, beside }) => {
    const sign = met === value <= target ? "≤" : "≥";
    return [name, `${figure(value)} ${unit}`, `${sign} ${figure(target)}`, met ? "met" : "MISSED", beside];
  });
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]!.length)));
  const lines = cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  return `${suite}\n${lines.map((line) => `  ${line.trimEnd()}\n`).join("")}`;
}

const figure = (value: number) =>
  value.toLocaleString("en", { maximumFractionDigits: Math.abs(value) < 10 ? 2 : 0 });
