import { KiraError } from "../domain/errors.ts";
import type { Host } from "./contract.ts";
import { liesIn, programsOn } from "./search.ts";

const installers = {
  "apt-get": "apt-get install bubblewrap",
  dnf: "dnf install bubblewrap",
  pacman: "pacman -S bubblewrap",
  apk: "apk add bubblewrap",
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
  throw new KiraError("unavailable", `${why}. ${installation(host)}, or ${unsandboxed}.`);
}

function installation({ searchPath }: Host): string {
  const installer = Object.entries(installers).find(([name]) => programsOn(searchPath, name).length > 0)?.[1];
  if (!installer) return "Install the package bubblewrap";
  return `Install it with \`${process.getuid?.() === 0 ? "" : "sudo "}${installer}\``;
}
