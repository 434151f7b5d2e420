import type { Event } from "../domain/event.ts";
import { printable } from "../domain/printable.ts";
import { dollars, gain, interval, plural, score } from "./numbers.ts";

export interface Screen {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

type Trials = Extract<Event, { kind: "trials" }>;

/** Shows events while a command works: on a terminal one line that changes, in a pipe a line now and then. */
export function progressOn(screen: Screen, verbose: boolean): (event: Event) => void {
  let shown = { phase: "", tenth: 0 };
  let open = false;
  const line = (text: string) => {
    screen.write(`${open ? "\r\u001b[K" : ""}${text}\n`);
    open = false;
  };
  /** Leaves the line that changes as it stands. */
  const close = () => {
    if (open) screen.write("\n");
    open = false;
  };
  const showTrials = (event: Trials) => {
    const { phase, done, most } = event;
    if (phase !== shown.phase) {
      close();
      shown = { phase, tenth: 0 };
    }
    if (screen.isTTY) {
      screen.write(`\r\u001b[K${trialsLine(event)}`);
      open = true;
      return;
    }
    const tenth = Math.floor((10 * done) / Math.max(1, most));
    if (tenth <= shown.tenth) return;
    shown = { phase, tenth };
    line(trialsLine(event));
  };
  /** In a pipe a silent minute needs no explanation; on a terminal it does. */
  const showThinking = ({ model, characters }: Extract<Event, { kind: "thinking" }>) => {
    if (!screen.isTTY) return;
    const says = characters === 0 ? "was asked" : `is answering: ${plural(characters, "character")}`;
    screen.write(`\r\u001b[K${printable(model)} ${says}`);
    open = true;
  };
  return (event) => {
    if (event.kind === "trials") return showTrials(event);
    if (event.kind === "thinking") return showThinking(event);
    if (event.kind === "notice") return line(printable(event.what));
    if (event.kind === "pause") return line(pauseLine(event));
    close();
    if (event.kind === "step" && verbose)
      line(`${event.step}: ${printable(event.what)}${event.why ? ` (${printable(event.why)})` : ""}`);
  };
}

function pauseLine({ what, since, until }: Extract<Event, { kind: "pause" }>): string {
  const minutes = Math.ceil((Date.parse(until) - Date.parse(since)) / 60_000);
  const length = minutes < 120 ? plural(minutes, "minute") : `about ${Math.round(minutes / 60)} hours`;
  return `Waiting ${length}, from ${moment(since)} until ${moment(until)}: ${printable(what)} Ctrl-C keeps what is done.`;
}

const moment = (iso: string) => `${iso.slice(0, 16).replace("T", " ")} UTC`;

/** Trials made and at most to come, what they say so far, and what they cost. */
function trialsLine({ phase, done, most, estimate, made, elapsedMs, costUsd }: Trials): string {
  const { baseline, candidate, delta, interval: range } = estimate;
  const left = (spent: number) => (spent / Math.max(1, made)) * Math.max(0, most - done);
  const costs =
    costUsd === 0 ? "" : `, ${dollars(costUsd)} spent and at most about ${dollars(left(costUsd))} to come`;
  const says =
    range[0] > -1 || range[1] < 1
      ? `  candidate ${score(candidate)}  ${gain(delta)} (95 %: ${interval(range)})`
      : "";
  return `${phase}: ${done} of at most ${plural(most, "trial")}  baseline ${score(baseline)}${says}  at most about ${Math.ceil(left(elapsedMs) / 1000)} s left${costs}`;
}
