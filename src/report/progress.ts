import type { Event } from "../domain/event.ts";
import { printable } from "../domain/printable.ts";
import { dollars, gain, interval, plural, score } from "./numbers.ts";

export interface Screen {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** Shows events while a command works: on a terminal one line that changes, in a pipe a line now and then. */
export function progressOn(screen: Screen, verbose: boolean): (event: Event) => void {
  let shown = 0;
  let open = false;
  const line = (text: string) => {
    screen.write(`${open ? "\r\u001b[K" : ""}${text}\n`);
    open = false;
  };
  return (event) => {
    if (event.kind === "notice") line(printable(event.what));
    else if (event.kind === "step" && verbose)
      line(`${event.step}: ${printable(event.what)}${event.why ? ` (${printable(event.why)})` : ""}`);
    else if (event.kind === "trials") {
      const { done, total } = event;
      const text = trialsLine(event);
      if (screen.isTTY) {
        screen.write(`\r\u001b[K${text}`);
        open = true;
        if (done === total) line(text);
      } else if (done === total || (done / total) * 10 >= shown + 1) {
        shown = Math.floor((done / total) * 10);
        line(text);
      }
    }
  };
}

/** Trials done and left, what they say so far, and what the rest will take and cost if it is like those made. */
function trialsLine(event: Extract<Event, { kind: "trials" }>): string {
  const { done, total, estimate, made, elapsedMs, costUsd } = event;
  const { baseline, candidate, delta, interval: range } = estimate;
  const left = (spent: number) => (spent / Math.max(1, made)) * (total - done);
  const costs =
    costUsd === 0 ? "" : `, ${dollars(costUsd)} spent and about ${dollars(left(costUsd))} to come`;
  return `${done}/${plural(total, "trial")}  baseline ${score(baseline)}  candidate ${score(candidate)}  ${gain(delta)} (95 %: ${interval(range)})  about ${Math.ceil(left(elapsedMs) / 1000)} s left${costs}`;
}
