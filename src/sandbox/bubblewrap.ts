import { KiraError } from "../domain/errors.ts";
import { oneLine } from "../domain/printable.ts";
import { prove } from "./canary.ts";
import { openGroup } from "./cgroup.ts";
import type { Confined, Finished, Host, Sandbox } from "./contract.ts";
import { doorsOf, doorVariables, relayed } from "./doors.ts";
import { findBubblewrap } from "./install.ts";
import { excess, limited, limitsOf, limitsProfile } from "./limits.ts";
import { isRunning } from "./processes.ts";
import { spawnProgram } from "./spawn.ts";
import { watch } from "./watch.ts";
import { homeFolder, inventedTexts, shows, trialFolder, viewOf } from "./view.ts";

/** Linux namespaces through bwrap: denies by default, and takes every process of the program with it when it ends. */
export function bubblewrap(host: Host): Sandbox {
  let proof: Promise<void> | undefined;
  const sandbox: Sandbox = {
    name: "bubblewrap",
    contained: true,
    profile: `bubblewrap/2 ${limitsProfile()}`,
    check: () => (proof ??= prove(sandbox)),
    run: async (program) => run(findBubblewrap(host), program),
  };
  return sandbox;
}

async function run(bwrap: string, program: Confined): Promise<Finished> {
  const view = viewOf(program);
  if (!shows(program)) throw notShown(program);
  const inside = insideOf(program.directory);
  const limits = limitsOf(program);
  await using group = openGroup(limits);
  let exceeded: Finished["exceeded"] = null;
  const { channel, ...ended } = await spawnProgram(program, {
    command: [
      bwrap,
      ...view,
      "--",
      ...limited(program.timeoutMs, limits),
      ...withoutPwd(program),
      ...relayed(program, program.command.map(inside)),
    ],
    // Not --clearenv: bwrap itself stays as the first process inside, and its environment can be read there.
    environment: environmentInside(program, inside),
    feeds: inventedTexts,
    runsOn: (status) => isRunning(firstInside(status) ?? "none"),
    watch: (status, kill) =>
      watch(
        () => firstInside(status()),
        program.directory,
        limits,
        group.adopt,
        (limit) => {
          exceeded = { limit, soft: true };
          kill();
        },
      ),
  });
  if (ended.exitCode !== 0 && group.ranOut()) exceeded = { limit: "memory", soft: false };
  if (exceeded)
    return { ...ended, exceeded, stderr: `${ended.stderr}\nStopped: ${excess(exceeded.limit, limits)}.` };
  if (hasBegun(channel) || ended.exitCode === null) return { ...ended, exceeded };
  const reason = oneLine(ended.stderr, 300) || `bwrap ended with ${ended.exitCode}`;
  const advice =
    "Allow unprivileged user namespaces on this machine, or pass --allow-unsandboxed to run trials without a sandbox";
  throw new KiraError("unavailable", `bubblewrap cannot contain a program here: ${reason}. ${advice}.`);
}

/** Rewrites every mention of the trial's folder, but not of one whose name merely begins alike. */
function insideOf(directory: string): (text: string) => string {
  return (text) =>
    text.replaceAll(directory, (found, at: number) =>
      /[\w.-]/.test(text[at + found.length] ?? "") ? found : trialFolder,
    );
}

function environmentInside(program: Confined, inside: (text: string) => string): Record<string, string> {
  const mapped = Object.fromEntries(
    Object.entries(program.environment).map(([name, value]) => [name, inside(value)]),
  );
  const home = mapped["HOME"];
  const kept = home === undefined || home === trialFolder || home.startsWith(`${trialFolder}/`);
  return { ...mapped, ...(kept ? {} : { HOME: homeFolder }), ...doorVariables(doorsOf(program)) };
}

/** bwrap adds PWD to the environment, and the program was promised exactly the given one. */
function withoutPwd({ environment }: Confined): string[] {
  return Object.hasOwn(environment, "PWD") ? [] : ["/usr/bin/env", "-u", "PWD", "--"];
}

// What bwrap tells of itself is one JSON object after another.

/** The first process inside: when it is gone, the kernel has ended all others. */
function firstInside(status: string): string | undefined {
  return /"child-pid":\s*(\d+)/.exec(status)?.[1];
}

/** bwrap tells of an exit code only if the program was started. */
function hasBegun(status: string): boolean {
  return status.includes('"exit-code"');
}

function notShown({ command }: Confined): KiraError {
  const name = JSON.stringify(oneLine(command[0] ?? "", 200));
  const advice = "Install it under /usr, or name its folder in agent.mounts";
  return new KiraError(
    "unavailable",
    `The program ${name} is not to be found inside the sandbox. ${advice}.`,
    { hidden: command[0] },
  );
}
