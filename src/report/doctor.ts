import type { Check } from "../loop/doctor/check.ts";
import type { EscapeMatrix } from "../loop/doctor/escape-matrix.ts";
import type { Diagnosis } from "../loop/doctor.ts";
import { entry, wrap } from "./table.ts";

const marks = { ok: "ok", warning: "warn", failure: "FAIL" } as const;
const column = 19;

export function renderDiagnosis({ checks, matrix, mended, healthy }: Diagnosis, width: number): string {
  return [
    ...(mended.length === 0
      ? []
      : [["Mended:", ...mended.map((what) => entry("", what, 2, width))].join("\n")]),
    checks.map((check) => renderCheck(check, width)).join("\n"),
    ...(matrix ? [renderMatrix(matrix, width)] : []),
    ...(healthy ? [] : [advice(matrix)]),
  ].join("\n\n");
}

/** The fix stands in a line of its own and is never broken: it is there to be copied. */
function renderCheck({ what, level, found, why, fix }: Check, width: number): string {
  const indent = " ".repeat(column);
  return [
    entry(`${marks[level].padEnd(6)}${what}`, found, column, width),
    ...(why === null ? [] : [wrap(why, width, indent)]),
    ...(fix === null ? [] : [`${indent}Fix: ${fix}`]),
  ].join("\n");
}

/** What a program inside tried, and what came of it; then the price. */
function renderMatrix({ sandbox, probes, spawnMs }: EscapeMatrix, width: number): string {
  const lines = probes.map(({ what, held }) => entry(held === "escaped" ? "ESCAPED" : held, what, 11, width));
  const softly = "soft: nothing in the kernel holds it here; we look several times a second and kill";
  return [
    `A program in the sandbox ${sandbox} tried to`,
    ...lines,
    entry(`${spawnMs.toFixed(1)} ms`, "is what starting a program in it costs", 11, width),
    ...(probes.some(({ held }) => held === "soft") ? [softly] : []),
  ].join("\n");
}

function advice(matrix: EscapeMatrix | undefined): string {
  if (matrix?.probes.some(({ held }) => held === "escaped" || held === "untried"))
    return "Trials are not contained here. Do not run agents that you would not run without a sandbox.";
  return "The loop cannot do its work here. Mend what is marked FAIL.";
}
