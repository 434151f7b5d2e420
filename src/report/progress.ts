import type { Event } from "../domain/event.ts";
import { printable } from "../domain/printable.ts";
import { gain, plural, score } from "./numbers.ts";

export interface Screen {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** Shows events while a command works: on a terminal one line that changes, in a pipe a line now and then. */
export function progressOn(screen: Screen, verbose: boolean, clock: () => number): (event: Event) => void {
  const started = clock();
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
      const { done, total, baseline, candidate } = event;
      const left = ((clock() - started) / Math.max(1, done)) * (total - done);
      const text = `${done}/${plural(total, "trial")}  baseline ${score(baseline)}  candidate ${score(candidate)}  ${gain(candidate - baseline)}  about ${Math.ceil(left / 1000)} s left`;
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
