import type { Diagnosis, EscapeMatrix } from "../loop/doctor.ts";
import { entry } from "./table.ts";

export function renderDiagnosis({ checks, matrix, healthy }: Diagnosis, width: number): string {
  const list = checks.map(({ what, ok, found }) => entry(`${ok ? "ok" : "NO"}  ${what}`, found, 13, width));
  return [
    list.join("\n"),
    ...(matrix ? [renderMatrix(matrix, width)] : []),
    ...(healthy ? [] : [advice(matrix)]),
  ].join("\n\n");
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
  if (!matrix) return "Trials cannot be contained or recorded here. Mend what is marked NO.";
  return "Trials are not contained here. Do not run agents that you would not run without a sandbox.";
}
