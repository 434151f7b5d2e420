import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import type { StdioOptions } from "node:child_process";

type Stdio = Exclude<StdioOptions, string>;

/** How Linux writes O_CLOEXEC into fdinfo. */
const closesOnExec = 0o2000000;

let inherited: readonly number[] | undefined;

/**
 * Starts a child with the given descriptors and no others. Node keeps its own from a child, and of those that whoever
 * started us left open (a shell's redirection, a CI runner's log) it finds all up to 15 and no further than the first
 * gap. The others are replaced by /dev/null here, because libuv leaves alone what is merely ignored.
 */
export function withOnly<Child>(stdio: Stdio, start: (stdio: Stdio) => Child): Child {
  inherited ??= inheritable();
  const foreign = inherited.filter((descriptor) => descriptor >= stdio.length);
  if (foreign.length === 0) return start(stdio);
  const nothing = openSync("/dev/null", "r");
  try {
    const length = Math.max(...foreign) + 1;
    const rest = Array.from({ length }, (_, at) => (foreign.includes(at) ? nothing : "ignore"));
    return start([...stdio, ...rest.slice(stdio.length)]);
  } finally {
    closeSync(nothing);
  }
}

/** Our descriptors that a child would get. On macOS libuv closes them by itself. */
function inheritable(): number[] {
  if (process.platform !== "linux") return [];
  const open = readdirSync("/proc/self/fd").map(Number);
  return open.filter((descriptor) => descriptor > 2 && !closes(descriptor));
}

function closes(descriptor: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "latin1"))?.[1];
    return (parseInt(flags ?? "0", 8) & closesOnExec) !== 0;
  } catch {
    return true; // it was the listing's own and is closed by now
  }
}
