import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Bait } from "./bait.ts";
import type { Finished, Limits } from "./contract.ts";
import { isRunning, runningLike } from "./processes.ts";

/** `soft`: held, but by our looking now and then; `untried`: the probe itself could not run. */
export type Held = "blocked" | "limited" | "soft" | "escaped" | "untried";

/** Something that a contained program must not be able to do, as a program that tries it. */
export interface Probe {
  readonly what: string;
  readonly command: readonly string[];
  /** Far below the usual ones, so that reaching them costs little. */
  readonly limits?: Partial<Limits>;
  judge(finished: Finished, bait: Bait): Held;
}

const mebibyte = 1024 * 1024;

/** A program that got hold of the word, or did on the host what `harm` finds, has escaped. It says when it has tried. */
function denied(
  what: string,
  command: readonly string[],
  harm: (bait: Bait) => boolean = () => false,
): Probe {
  return {
    what,
    command,
    judge({ stdout, stderr }, bait) {
      if (harm(bait) || `${stdout}${stderr}`.includes(bait.word)) return "escaped";
      return stdout.includes("tried") ? "blocked" : "untried";
    },
  };
}

/** A program that uses more and more, and says when it has had all it wanted. */
function bounded(what: string, command: readonly string[], limits: Partial<Limits> = {}): Probe {
  return {
    what,
    command,
    limits,
    judge({ stdout, exceeded, timedOut }) {
      if (exceeded) return exceeded.soft ? "soft" : "limited";
      if (timedOut || stdout.includes("had it all")) return "escaped";
      return stdout.includes("begun") ? "limited" : "untried";
    },
  };
}

const sh = (script: string) => ["/bin/sh", "-c", script];
const node = (script: string) => [process.execPath, "-e", script];
const connecting = (to: string) =>
  node(`
    const { TCP, SOCKET, ABSTRACT } = process.env;
    const socket = require("node:net").connect(${to});
    socket.on("error", () => {}).on("close", () => console.log("tried")).pipe(process.stdout, { end: false });`);
const wasWritten = ({ outside }: Bait) => readFileSync(outside, "utf8") !== "untouched";

/** The escape matrix. */
export const probes: readonly Probe[] = [
  denied(
    "write outside its folder",
    sh('echo x > "$OUTSIDE"; echo x > "$OUTSIDE-new"; echo x > ../outside; echo tried'),
    (bait) => wasWritten(bait) || existsSync(`${bait.outside}-new`),
  ),
  denied(
    "write through a symbolic link",
    sh('ln -s "$OUTSIDE" link; echo x > link; rm -f link; echo tried'),
    wasWritten,
  ),
  denied("read a key in ~/.ssh, a grader, the task bank", sh('cat "$KEY" "$GRADER" "$TASK"; echo tried')),
  denied(
    "find our key in its own environment",
    sh("env; cat /proc/self/environ /proc/1/environ; echo tried"),
  ),
  denied("read the environment of others in /proc", sh("cat /proc/[0-9]*/environ; echo tried")),
  denied(
    "kill others, or trace them",
    sh('grep -aq BAIT "/proc/$VICTIM/environ" && cat "/proc/$VICTIM/environ"; kill -9 "$VICTIM"; echo tried'),
    ({ victim }) => !isRunning(victim),
  ),
  denied("reach this machine over TCP", connecting('Number(TCP), "127.0.0.1"')),
  denied(
    "reach this machine over UDP",
    node(`
      const socket = require("node:dgram").createSocket("udp4");
      const end = () => { console.log("tried"); process.exit(); };
      socket.on("message", (text) => { console.log(String(text)); end(); }).on("error", end);
      socket.send("hello", Number(process.env.UDP), "127.0.0.1", (error) => error && end());
      setTimeout(end, 500);`),
  ),
  denied("reach a unix socket by its path", connecting("SOCKET")),
  denied("reach an abstract unix socket", connecting('"\\0" + ABSTRACT')),
  denied(
    "git show another branch",
    sh('git -C "$REPOSITORY" show answers:answer; git show answers:answer; echo tried'),
  ),
  denied(
    "leave a daemon behind",
    sh('(setsid sleep "$SURVIVOR" >/dev/null 2>&1 &); sleep 0.1; echo tried'),
    ({ survivor }) => runningLike(survivor).length > 0,
  ),
  bounded(
    "fork without end",
    sh("echo begun; i=0; while [ $i -lt 200 ]; do sleep 5 & i=$((i+1)); done; sleep 0.5; echo had it all"),
    { processes: 64 },
  ),
  {
    ...bounded(
      "write a file of 300 MB",
      sh("echo begun; head -c 300000000 /dev/zero > big && echo had it all"),
    ),
    judge: ({ stdout }, { directory }) => {
      const { size = 0 } = statSync(join(directory, "big"), { throwIfNoEntry: false }) ?? {};
      return size >= 300_000_000 ? "escaped" : stdout.includes("begun") ? "limited" : "untried";
    },
  },
  bounded(
    "fill the disk",
    sh(
      "echo begun; for i in $(seq 30); do head -c 4000000 /dev/zero > part$i; sleep 0.1; done; echo had it all",
    ),
    { disk: 40 * mebibyte },
  ),
  bounded(
    "fill the memory",
    node(`
      console.log("begun");
      const all = [];
      const grow = () => all.push(Buffer.alloc(32e6, 1)) < 24 ? setTimeout(grow, 60) : console.log("had it all");
      grow();`),
    { memory: 256 * mebibyte },
  ),
];
