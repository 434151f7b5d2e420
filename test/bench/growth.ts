import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { log } from "../../src/loop/log.ts";
import { preserve } from "../../src/loop/record/preserve.ts";
import { parseOutcome } from "../../src/domain/outcome.ts";
import { openWorkspace } from "../../src/workspace.ts";
import { anOperation } from "../store/entries.ts";
import { atMost, type Row } from "./measure.ts";
import { outcomeLines } from "./outcomes.ts";
import { Place } from "./place.ts";

const logs = 100_000;
const steps = 1_000;

/**
 * What a long life costs on the disk: outcomes logged one at a time, and after every so many a step that commits the
 * journal. Each is the call that its command makes, in this process: as many processes would take hours.
 */
export async function growth(): Promise<Row[]> {
  using place = new Place();
  const { folder } = place;
  const git = join(folder, ".git");
  const before = sizeOf(git);
  const lines = outcomeLines({ count: logs, days: 365, now: new Date(), seed: 4 })
    .toString("utf8")
    .trimEnd()
    .split("\n");
  using workspace = await openWorkspace({ folder, environment: process.env, report: () => undefined });
  const perStep = logs / steps;
  for (let step = 0; step < steps; step++) {
    for (const line of lines.slice(step * perStep, (step + 1) * perStep))
      log(workspace, [parseOutcome(JSON.parse(line), "line", "")], "cli");
    workspace.record.write(() => [anOperation({ uuid: `operation-${step}` })]);
    await preserve(workspace);
  }
  const after = sizeOf(git);
  const journal = sizeOf(join(git, "kira/journal")).bytes;
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  return [
    atMost({
      name: `the git directory after ${logs.toLocaleString("en")} logs and ${steps.toLocaleString("en")} steps`,
      value: (after.blocks - before.blocks) / journal,
      unit: "× the journal",
      target: 3,
      beside: `all of .git in whole blocks, journal included, nothing packed: ${megabytes(after.blocks - before.blocks)}, in bytes ${megabytes(after.bytes - before.bytes)}; the journal ${megabytes(journal)}`,
    }),
  ];
}

/** All below a folder: what is in it, and what the disk gives for it, as `du` counts. */
function sizeOf(folder: string): { bytes: number; blocks: number } {
  const size = { bytes: 0, blocks: 0 };
  for (const path of [".", ...readdirSync(folder, { recursive: true, encoding: "utf8" })]) {
    const found = lstatSync(join(folder, path));
    size.blocks += found.blocks * 512;
    if (found.isFile()) size.bytes += found.size;
  }
  return size;
}
