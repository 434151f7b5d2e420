import { KiraError } from "../domain/errors.ts";
import type { Host } from "./contract.ts";
import { liesIn, programsOn } from "./search.ts";

const installers = {
  "apt-get": "apt-get install",
  dnf: "dnf install",
  pacman: "pacman -S",
  apk: "apk add",
} as const;

const unsandboxed = "pass --allow-unsandboxed to run trials without a sandbox";

/**
 * The first bwrap on the PATH that does not lie in the repository, where a proposal could have put it.
 * @throws KiraError `unavailable` with the command that installs it here
 */
export function findBubblewrap(host: Host, platform: string = process.platform): string {
  if (platform !== "linux")
    throw new KiraError(
      "unavailable",
      `bubblewrap, the sandbox, works on Linux only. Use a Linux machine, or ${unsandboxed}.`,
    );
  const found = programsOn(host.searchPath, "bwrap").find((path) => !liesIn(path, host.repository));
  if (found) return found;
  const why =
    "The sandbox bubblewrap is not installed, and without it an agent on trial could read your files and keys";
  const command = installation(host.searchPath, "bubblewrap");
  const how = command === undefined ? "Install the package bubblewrap" : `Install it with \`${command}\``;
  throw new KiraError("unavailable", `${why}. ${how}, or ${unsandboxed}.`);
}

/** The command line that installs a package of the system; undefined where we know of none. */
export function installation(searchPath: string, name: string): string | undefined {
  const installer = Object.entries(installers).find(
    ([program]) => programsOn(searchPath, program).length > 0,
  );
  return installer && `${process.getuid?.() === 0 ? "" : "sudo "}${installer[1]} ${name}`;
}
