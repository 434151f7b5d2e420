import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { atLeast, atMost, compare, interleave, median, type Row } from "./measure.ts";
import { outcomeLines } from "./outcomes.ts";
import { Place } from "./place.ts";

/** Of one outcome: a few milliseconds are looked for. */
const singles = 41;
const runs = 5;
const lines = 200_000;

/** How fast outcomes are recorded, journal and index included. */
export async function log(): Promise<Row[]> {
  return [one(), inBulk()];
}

/** One outcome, beside the least that a command of ours takes and the sync that keeps the outcome. */
function one(): Row {
  using place = new Place();
  const file = openSync(join(place.folder, ".git/synced"), "a");
  const line = `${JSON.stringify({ task: "Send the letter", outcome: "failure", category: "post" })}\n`;
  const times = interleave(singles, {
    version: () => place.kira("--version"),
    log: () => place.kira("log", "--task", "Send the letter", "--outcome", "failure", "--category", "post"),
    sync: () => {
      writeSync(file, line);
      fsyncSync(file);
    },
  });
  closeSync(file);
  const least = times.version.map((ms, run) => ms + times.sync[run]!);
  return atMost({
    name: "log of one, above --version and one fsync",
    value: compare(times.log, least).difference,
    unit: "ms",
    target: 5,
    beside: `${median(times.log).toFixed(1)} ms beside ${median(times.version).toFixed(1)} and ${median(times.sync).toFixed(1)} ms; median of ${singles} rounds`,
  });
}

function inBulk(): Row {
  using place = new Place();
  const input = outcomeLines({ count: lines, days: 14, seed: 1, now: new Date() });
  // The least that any program of ours could do: read, parse, write one file and sync it.
  const copy = `
    const fs = require("node:fs");
    const text = fs.readFileSync(0, "utf8").trimEnd().split("\\n").map((line) => JSON.stringify(JSON.parse(line)));
    fs.writeFileSync(${JSON.stringify(join(place.folder, ".git/copy"))}, text.join("\\n"), { flush: true });`;
  const times = interleave(runs, {
    start: () => place.kira("--version"),
    copy: () => place.nodeFrom(input, "-e", copy),
    log: () => place.kiraFrom(input, "log", "--stdin"),
  });
  const perSecond = (ms: readonly number[]) =>
    median(ms.map((time, run) => lines / ((time - times.start[run]!) / 1000)));
  return atLeast({
    name: `log --stdin of ${lines.toLocaleString("en")} lines`,
    value: perSecond(times.log),
    unit: "outcomes/s",
    target: 30_000,
    beside: `${Math.round(perSecond(times.copy)).toLocaleString("en")}/s parsed and copied to a file by node; medians of ${runs} runs, start-up taken off`,
  });
}
