import { atMost, compare, interleave, median, type Row } from "./measure.ts";
import { Place } from "./place.ts";

const runs = 41;

/** How long the shortest commands take, in units of a node that does nothing. */
export async function start(): Promise<Row[]> {
  using place = new Place();
  const times = interleave(runs, {
    node: () => place.node("-e", "0"),
    version: () => place.kira("--version"),
    log: () => place.kira("log", "--task", "Send the letter", "--outcome", "failure", "--category", "post"),
  });
  const row = (name: "version" | "log", command: string, target: number) =>
    atMost({
      name: command,
      value: compare(times[name], times.node).ratio,
      unit: "× node -e 0",
      target,
      beside: `${median(times[name]).toFixed(1)} ms beside ${median(times.node).toFixed(1)} ms; medians of ${runs} pairs`,
    });
  return [row("version", "--version", 1.5), row("log", "log", 2.5)];
}
