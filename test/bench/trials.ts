import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { atMost, clock, median, type Row } from "./measure.ts";
import { Place } from "./place.ts";

const files = 100;
/** An agent that never varies is known after two trials of each task. */
const tasks = 5_000;
const most = 2 * tasks;
const windowOf = 100;
const atATime = 2;
const yardsticks = 100;

/**
 * What a trial costs beside the agent: a command that does nothing, in a tree of a hundred files, two at a time, in
 * the sandbox, from a pristine tree, graded by text and recorded, beside starting the sandbox alone.
 */
export async function trials(): Promise<Row[]> {
  using place = new Place();
  furnish(place);
  const before = await bubblewraps();
  let peak = 0;
  const elapsed = clock(() => {
    peak = place.peakOf("calibrate");
  });
  const yardstick = [...before, ...(await bubblewraps())];
  const windows = windowsOf(ends(place));
  const [first, last] = [median(windows.slice(0, 10)), median(windows.slice(-10))];
  const one = median(yardstick);
  return [
    atMost({
      name: `a trial above one bwrap true, ${atATime} at a time`,
      value: median(windows) - one,
      unit: "ms",
      target: 10,
      beside: `every ${ms(median(windows))} one ends, and takes ${ms(atATime * median(windows))}; bwrap true ${ms(one)}; medians of ${windows.length} × ${windowOf} trials and ${yardstick.length} starts`,
    }),
    atMost({
      name: "the last of 10,000 trials, in units of the first",
      value: last / first,
      unit: "×",
      target: 1.25,
      beside: `${ms(first)} and ${ms(last)}, medians of 10 × ${windowOf}; ${(elapsed / 1000).toFixed(0)} s in all`,
    }),
    atMost({
      name: "memory, 10,000 trials",
      value: peak,
      unit: "MB",
      target: 150,
      beside: "peak of one run",
    }),
  ];
}

/** An agent that does nothing, its hundred files, and a bank. */
function furnish(place: Place): void {
  const write = (path: string, content: string) => {
    mkdirSync(join(place.folder, path, ".."), { recursive: true });
    writeFileSync(join(place.folder, path), content);
  };
  const config = {
    ...JSON.parse(readFileSync(join(place.folder, ".kira-improve.json"), "utf8")),
    allow: ["skills/**"],
    agent: { use: "command", command: ["true"] },
    evaluate: { concurrency: atATime },
  };
  write(".kira-improve.json", JSON.stringify(config));
  for (let i = 1; i < files; i++)
    write(`skills/skill-${i % 10}/page-${i}.md`, "Something is said here. ".repeat(10 + i));
  for (let i = 0; i < tasks; i++) {
    const about = { name: `say-${i}`, description: "says it", category: "words", prompt: `Say ${i}` };
    write(
      `data/tasks/say-${i}.json`,
      JSON.stringify({ ...about, criteria: [{ type: "text", equals: "yes" }] }),
    );
  }
  place.git("add", ".");
  place.git("commit", "--quiet", "--message=an agent");
}

/** Milliseconds of starting the sandbox around a program that does nothing, one after another. */
async function bubblewraps(): Promise<number[]> {
  const view = [
    "--ro-bind",
    "/",
    "/",
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    "--unshare-all",
    "--die-with-parent",
  ];
  const times: number[] = [];
  for (let i = 0; i < yardsticks; i++) {
    const began = performance.now();
    const child = spawn("bwrap", [...view, "true"], { stdio: ["pipe", "pipe", "pipe"] });
    const [status] = await once(child, "close");
    if (status !== 0) throw new Error(`bwrap ended with ${status}: the suite needs a machine where it works`);
    times.push(performance.now() - began);
  }
  return times;
}

/** When each trial was recorded, in order. */
function ends({ folder }: Place): number[] {
  const journals = join(folder, ".git/kira/journal");
  const home = join(journals, readdirSync(journals)[0]!);
  const lines = readdirSync(home)
    .filter((name) => name.endsWith(".jsonl"))
    .sort()
    .flatMap((name) => readFileSync(join(home, name), "utf8").split("\n"));
  return lines
    .filter((line) => line.includes('"kind":"trial"'))
    .map((line) => Date.parse(JSON.parse(line).timestamp));
}

/** Milliseconds a trial, of each hundred in turn; the first hundred, with which all begins, is left out. */
function windowsOf(times: readonly number[]): number[] {
  if (times.length !== most) throw new Error(`${times.length} trials were recorded, not ${most}`);
  return Array.from({ length: most / windowOf - 1 }, (_, i) => {
    const from = (i + 1) * windowOf;
    return (times[from + windowOf - 1]! - times[from - 1]!) / windowOf;
  });
}

const ms = (value: number) => `${value.toFixed(1)} ms`;
